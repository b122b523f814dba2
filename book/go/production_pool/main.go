// The pool of the lesson production_pool, in Go. It drains, but cannot stop early.
package main

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

// Why a job was not accepted.
var (
	ErrQueueFull    = errors.New("the queue is full")
	ErrShuttingDown = errors.New("the pool is shutting down")
)

// Job is a number.
type Job int

// Result is a job with what it returned, or with its panic.
type Result struct {
	job      Job
	value    int
	panicked any
}

// Pool never blocks its submitters.
type Pool struct {
	mu      sync.Mutex
	closed  bool
	jobs    chan Job
	results chan Result
	wg      sync.WaitGroup
}

// NewPool starts the workers.
func NewPool(size, capacity int) *Pool {
	p := &Pool{jobs: make(chan Job, capacity), results: make(chan Result, capacity)}
	for range size {
		p.wg.Go(p.worker)
	}
	return p
}

// Submit queues a job or says why not.
func (p *Pool) Submit(job Job) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return ErrShuttingDown
	}
	select {
	case p.jobs <- job:
		return nil
	default:
		return ErrQueueFull
	}
}

func (p *Pool) worker() {
	for job := range p.jobs {
		p.results <- run(job) // waits for a reader
	}
}

func run(job Job) (result Result) {
	result.job = job
	defer func() {
		result.panicked = recover()
	}()
	result.value = work(job)
	return result
}

// Shutdown lets the workers finish the queue.
func (p *Pool) Shutdown() {
	p.mu.Lock()
	if !p.closed {
		p.closed = true
		close(p.jobs)
	}
	p.mu.Unlock()
	p.wg.Wait()
}

func work(job Job) int {
	time.Sleep(5 * time.Millisecond)
	if job%20 == 7 {
		panic("an unlucky job")
	}
	return 2 * int(job)
}

func main() {
	pool := NewPool(4, 16)
	var done, panicked, rejected int
	allRead := make(chan struct{})
	go func() {
		defer close(allRead)
		for result := range pool.results {
			if result.panicked != nil {
				fmt.Printf("job %d panicked: %v\n", result.job, result.panicked)
				panicked++
			} else {
				done++
			}
		}
	}()
	for job := range 100 {
		if pool.Submit(Job(job)) != nil {
			rejected++
		}
		time.Sleep(time.Millisecond)
	}
	pool.Shutdown()
	close(pool.results)
	<-allRead
	fmt.Printf("100 jobs: %d done, %d panicked, %d rejected\n", done, panicked, rejected)
	fmt.Println("one more:", pool.Submit(100))
}
