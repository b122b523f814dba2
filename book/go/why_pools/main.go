// The two ways of the lesson why_pools, in Go.
package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

const (
	jobs        = 100
	workers     = 20
	connections = 20
	half        = 5 * time.Millisecond
)

// Tally counts jobs by how they ended.
type Tally struct{ done, refused atomic.Int32 }

// run does a job. database has room for as many values as there are connections.
func run(database chan struct{}, tally *Tally) {
	time.Sleep(half)
	select {
	case database <- struct{}{}:
	default:
		tally.refused.Add(1)
		return
	}
	time.Sleep(half)
	<-database
	tally.done.Add(1)
}

func goroutinePerJob(database chan struct{}, tally *Tally) {
	var wg sync.WaitGroup
	for range jobs {
		wg.Go(func() { run(database, tally) })
	}
	wg.Wait()
}

func pool(database chan struct{}, tally *Tally) {
	queue := make(chan int)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for range queue {
				run(database, tally)
			}
		})
	}
	for job := range jobs {
		queue <- job
	}
	close(queue)
	wg.Wait()
}

func main() {
	database := make(chan struct{}, connections)
	var onPool, onGoroutines Tally
	pool(database, &onPool)
	goroutinePerJob(database, &onGoroutines)
	fmt.Printf("pool: %d done, %d refused\n",
		onPool.done.Load(), onPool.refused.Load())
	fmt.Printf("goroutine per job: %d done, %d refused\n",
		onGoroutines.done.Load(), onGoroutines.refused.Load())
}
