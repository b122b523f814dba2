// The pool of the lesson context_cancel, in Go.
package main

import (
	"context"
	"flag"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

func work(id, job int) {
	fmt.Printf("worker %d processing job %d\n", id, job)
	time.Sleep(50 * time.Millisecond)
}

func printCancelled(id int) {
	fmt.Printf("worker %d cancelled\n", id)
}

// worker returns true if it could not deliver its last result.
func worker(ctx context.Context, id int, jobs <-chan int, results chan<- int) bool {
	for {
		// If both cases are ready, either may run.
		var job int
		var ok bool
		select {
		case <-ctx.Done():
			printCancelled(id)
			return false
		case job, ok = <-jobs:
		}
		if !ok {
			return false // jobs is closed and empty
		}

		work(id, job)

		// Again, either may run.
		select {
		case results <- 2 * job:
		case <-ctx.Done():
			printCancelled(id)
			return true
		}
	}
}

func main() {
	cancelAfter := flag.Duration("cancel-after", 120*time.Millisecond, "when to cancel")
	flag.Parse()
	ctx, cancel := context.WithTimeout(context.Background(), *cancelAfter)
	defer cancel()

	jobs := make(chan int, 10)
	for job := 1; job <= 10; job++ {
		jobs <- job
	}
	close(jobs)
	results := make(chan int)

	var wg sync.WaitGroup
	var late atomic.Int32
	for id := 1; id <= 3; id++ {
		wg.Go(func() {
			if worker(ctx, id, jobs, results) {
				late.Add(1)
			}
		})
	}
	go func() {
		wg.Wait()
		close(results)
	}()

	delivered := read(ctx, results)
	wg.Wait()
	fmt.Printf("10 jobs: %d delivered, %d finished too late to deliver, %d never started\n",
		delivered, late.Load(), len(jobs))
}

// read prints the results until ctx is done, and returns their number.
func read(ctx context.Context, results <-chan int) int {
	for delivered := 0; ; delivered++ {
		select {
		case <-ctx.Done():
			return delivered
		case result, ok := <-results:
			if !ok {
				return delivered
			}
			fmt.Println("result:", result)
		}
	}
}
