// Command probe is what the tests of the cluster run in pods: it answers, asks others, and writes to
// a volume.
package main

import (
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"
)

func main() {
	ask := flag.String("ask", "", "a URL that must answer for this program to be ready")
	write := flag.String("write", "", "a file to write at the start")
	flag.Parse()
	if *write != "" {
		if err := os.WriteFile(*write, []byte("written by a pod\n"), 0o644); err != nil {
			log.Fatal(err)
		}
	}
	client := &http.Client{Timeout: 2 * time.Second}
	http.HandleFunc("/ready", func(w http.ResponseWriter, _ *http.Request) {
		if *ask == "" {
			return
		}
		res, err := client.Get(*ask)
		if err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		res.Body.Close()
		fmt.Fprintln(w, res.Status)
	})
	log.Fatal(http.ListenAndServe(":8080", nil))
}
