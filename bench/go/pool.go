// A worker pool in Go: a channel of func(), and goroutines that receive from it.
//
// It does the same as the contenders in Rust, and prints two numbers: the nanoseconds from before
// the first submit until the last job was done, and how many jobs were done.
package main

import (
	"flag"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

var number uint64 = 1

// counter has a cache line for itself, so that it slows down nothing else.
type counter struct {
	_    [64]byte
	done int64
	_    [64]byte
}

// arithmetic does the same as the function with this name in setup.rs.
func arithmetic(rounds int) uint64 {
	n := number
	for i := 0; i < rounds; i++ {
		n = (n ^ n>>33) * 0xff51afd7ed558ccd
	}
	return n
}

// runBatch starts a pool, submits all jobs, and waits until they are done. It returns the time from
// before the first submit, and the number of jobs that were done.
func runBatch(jobs, rounds, workers, producers, capacity int) (time.Duration, int64) {
	var done counter
	queue := make(chan func(), capacity)
	var working sync.WaitGroup
	for i := 0; i < workers; i++ {
		working.Add(1)
		go func() {
			defer working.Done()
			for job := range queue {
				job()
			}
		}()
	}

	started := time.Now()
	job := func(rounds int) func() {
		return func() {
			if arithmetic(rounds) == 0 {
				panic("never happens: this keeps the compiler from dropping the arithmetic")
			}
			atomic.AddInt64(&done.done, 1)
		}
	}
	var submitting sync.WaitGroup
	for i := 0; i < producers; i++ {
		share := jobs / producers
		if i < jobs%producers {
			share++
		}
		submitting.Add(1)
		go func() {
			defer submitting.Done()
			for j := 0; j < share; j++ {
				queue <- job(rounds)
			}
		}()
	}
	submitting.Wait()
	close(queue)
	working.Wait()
	return time.Since(started), done.done
}

func main() {
	batches := flag.Int("batches", 1, "how many times to run all jobs")
	jobs := flag.Int("jobs", 1_000_000, "how many jobs")
	rounds := flag.Int("rounds", 0, "rounds of arithmetic in each job")
	workers := flag.Int("workers", 2, "goroutines that run the jobs")
	producers := flag.Int("producers", 1, "goroutines that submit the jobs")
	capacity := flag.Int("capacity", 1024, "how many jobs fit into the queue")
	flag.Parse()

	var took time.Duration
	var done int64
	for i := 0; i < *batches; i++ {
		t, d := runBatch(*jobs, *rounds, *workers, *producers, *capacity)
		took += t
		done += d
	}
	fmt.Println(took.Nanoseconds(), done)
}
