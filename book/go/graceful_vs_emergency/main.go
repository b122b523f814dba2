// The two ends of the pool of the lesson graceful_vs_emergency, in Go.
package main

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// work returns an error if ctx is done before the job is.
func work(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(20 * time.Millisecond):
		return nil
	}
}

func worker(ctx context.Context, id int, jobs <-chan int, results, interrupted chan<- int) {
	for {
		select {
		case <-ctx.Done():
			fmt.Printf("worker %d cancelled\n", id)
			return
		case job, ok := <-jobs:
			if !ok {
				return
			}
			fmt.Printf("worker %d processing job %d\n", id, job)
			if work(ctx) != nil {
				fmt.Printf("worker %d cancelled\n", id)
				interrupted <- job
				return
			}
			results <- 2 * job // has room for all
		}
	}
}

// run ends when the queue is empty or ctx is done.
func run(ctx context.Context) {
	jobs := make(chan int, 20)
	results := make(chan int, 20)
	interrupted := make(chan int, 3)
	var wg sync.WaitGroup
	for id := range 3 {
		wg.Go(func() { worker(ctx, id, jobs, results, interrupted) })
	}
	for job := range 20 {
		jobs <- job
	}

	close(jobs)    // no more jobs
	wg.Wait()      // all workers have returned
	close(results) // nobody sends any more

	done := 0
	for result := range results {
		fmt.Println("result:", result)
		done++
	}
	var neverStarted []int
	for job := range jobs {
		neverStarted = append(neverStarted, job)
	}
	fmt.Printf("20 jobs: %d done, %d interrupted, %d never started\n",
		done, len(interrupted), len(neverStarted))
}

func graceful() {
	run(context.Background())
}

func emergency() {
	timeout := 30 * time.Millisecond
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	run(ctx)
}

func main() {
	graceful()
	emergency()
}
