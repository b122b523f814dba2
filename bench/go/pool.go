// Go's worker pool: a channel of func(), and goroutines that receive from it.
//
// It does the same as the contenders in Rust, and prints two numbers: the nanoseconds from before
// the first job was submitted to after the last one was done, and how many jobs were done.
package main

import (
	"flag"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

var number uint64 = 1

// A counter on a cache line of its own, so that nothing else is slowed down by it.
type counter struct {
	_    [64]byte
	done int64
	_    [64]byte
}

// arithmetic does the same as the function of that name in setup.rs.
func arithmetic(rounds int) uint64 {
	n := number
	for i := 0; i < rounds; i++ {
		n = (n ^ n>>33) * 0xff51afd7ed558ccd
	}
	return n
}

func batch(jobs, rounds, workers, producers, capacity int) (time.Duration, int64) {
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
				panic("so that the compiler keeps the arithmetic")
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
	batches := flag.Int("batches", 1, "how often to do all jobs")
	jobs := flag.Int("jobs", 1_000_000, "how many jobs")
	rounds := flag.Int("rounds", 0, "rounds of arithmetic in a job")
	workers := flag.Int("workers", 2, "goroutines that do the jobs")
	producers := flag.Int("producers", 1, "goroutines that submit them")
	capacity := flag.Int("capacity", 1024, "room in the queue")
	flag.Parse()

	var took time.Duration
	var done int64
	for i := 0; i < *batches; i++ {
		t, d := batch(*jobs, *rounds, *workers, *producers, *capacity)
		took += t
		done += d
	}
	fmt.Println(took.Nanoseconds(), done)
}
