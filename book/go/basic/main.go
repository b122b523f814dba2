// The pool of the lesson basic, in Go.
package main

import (
	"fmt"
	"sync"
	"time"
)

func work(id, job int) {
	fmt.Printf("worker %d processing job %d\n", id, job)
	time.Sleep(50 * time.Millisecond)
}

func worker(
	id int,
	jobs <-chan int,
	results chan<- int,
) {
	// Ends when jobs is closed and empty.
	for job := range jobs {
		work(id, job)
		results <- 2 * job
	}
}

func main() {
	jobs := make(chan int, 10)
	results := make(chan int, 10)

	var wg sync.WaitGroup
	for id := 1; id <= 3; id++ {
		wg.Go(func() { worker(id, jobs, results) })
	}

	for job := 1; job <= 10; job++ {
		jobs <- job
	}
	close(jobs)

	// A worker cannot close results: others may still
	// send. So one more goroutine waits for all of them.
	go func() {
		wg.Wait()
		close(results)
	}()

	for result := range results {
		fmt.Println("result:", result)
	}
}
