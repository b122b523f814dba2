// The pool of the lesson struct_pool, in Go.
package main

import (
	"flag"
	"fmt"
	"sync"
	"time"
)

// Pool is a fixed number of workers that run the functions that you submit.
type Pool struct {
	jobs chan func()
	wg   sync.WaitGroup
}

// NewPool starts the workers.
func NewPool(size int) *Pool {
	p := &Pool{jobs: make(chan func(), 2*size)}
	for range size {
		p.wg.Go(p.worker)
	}
	return p
}

func (p *Pool) worker() {
	for job := range p.jobs {
		job()
	}
}

// Submit waits while the queue is full.
// After Shutdown, it panics.
func (p *Pool) Submit(job func()) {
	p.jobs <- job
}

// Shutdown waits for all jobs.
// A second call panics.
func (p *Pool) Shutdown() {
	close(p.jobs)
	p.wg.Wait()
}

func main() {
	panicOn := flag.Int("panic-on", -1, "let this job panic")
	flag.Parse()

	pool := NewPool(4)
	for job := range 20 {
		pool.Submit(func() {
			fmt.Println("processing", job)
			time.Sleep(20 * time.Millisecond)
			if job == *panicOn {
				panic("because of -panic-on")
			}
		})
	}
	pool.Shutdown()
	fmt.Println("all done")
}
