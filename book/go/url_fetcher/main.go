// The requests of the lesson url_fetcher, in Go.
package main

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"time"
)

// The timeout covers a whole request, with its redirects.
var client = &http.Client{Timeout: 500 * time.Millisecond}

func fetch(ctx context.Context, url string) string {
	req, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	if err != nil {
		return "failed: not a URL"
	}
	resp, err := client.Do(req)
	switch {
	case err == nil:
		resp.Body.Close()
		return "answered " + resp.Status
	case ctx.Err() != nil:
		return "cancelled"
	default:
		return "failed: " + err.Error()
	}
}

func main() {
	deadline := flag.Duration("deadline", 10*time.Second, "of the whole run")
	flag.Parse()
	site := httptest.NewServer(http.HandlerFunc(answer))
	defer site.Close()
	ctx, cancel := context.WithTimeout(context.Background(), *deadline)
	defer cancel()

	pages := []string{"/", "/missing", "/never", "/never", "/never", "/"}
	jobs := make(chan string, len(pages))
	for _, page := range pages {
		jobs <- page
	}
	close(jobs)

	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			// Once ctx is done, each request fails at once, unsent.
			for page := range jobs {
				fate := fetch(ctx, site.URL+page)
				fmt.Println(page, fate)
			}
		})
	}
	wg.Wait()
	fmt.Println("the site got", requests.Load(), "requests")
}

var requests atomic.Int32

func answer(w http.ResponseWriter, r *http.Request) {
	requests.Add(1)
	switch r.URL.Path {
	case "/missing":
		http.NotFound(w, r)
	case "/never":
		<-r.Context().Done() // until the client hangs up
	}
}
