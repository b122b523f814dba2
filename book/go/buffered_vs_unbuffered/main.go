// The submitter of the lesson buffered_vs_unbuffered, in Go.
package main

import (
	"fmt"
	"sync"
	"time"
)

// submit returns how long it waited.
func submit(jobs chan<- int, job int) time.Duration {
	select {
	case jobs <- job:
		return 0
	default:
		before := time.Now()
		jobs <- job
		return time.Since(before)
	}
}

// run returns how many submits waited.
func run(capacity int) int {
	jobs := make(chan int, capacity)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for range jobs {
				time.Sleep(5 * time.Millisecond)
			}
		})
	}
	waited := 0
	for job := range 60 {
		if submit(jobs, job) > 0 {
			waited++
		}
	}
	close(jobs)
	wg.Wait()
	return waited
}

func main() {
	for _, capacity := range []int{0, 6, 60} {
		fmt.Printf("capacity %d: %d submits waited\n", capacity, run(capacity))
	}
}
