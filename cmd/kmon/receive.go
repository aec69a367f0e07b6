package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/alecthomas/kingpin/v2"
)

const receiveHelp = `Receive alerts as a webhook of Alertmanager and print each notification as one line of JSON.

It shows what a route really delivers, before a pager hangs on it.

Examples:

  kmon receive --listen :8080
  kmon receive | jq '.alerts[].labels'`

// maxNotification bounds one notification's size in bytes. Alertmanager's are
// far smaller; the bound keeps a stray client from filling the memory.
const maxNotification = 4 << 20

// receiver holds the flags of kmon receive.
type receiver struct{ listen string }

func receiveCommand(app *kingpin.Application) command {
	r := &receiver{}
	cmd := app.Command("receive", receiveHelp)
	cmd.Flag("listen", "Address to receive on.").Default("127.0.0.1:8080").StringVar(&r.listen)
	return command{name: cmd.FullCommand(), run: r.run}
}

func (r *receiver) run(ctx context.Context, s streams) (int, error) {
	l, err := net.Listen("tcp", r.listen)
	if err != nil {
		return exitCannot, fmt.Errorf("receive: %w", err)
	}
	fmt.Fprintf(s.err, "receiving on http://%s/, one line of JSON each\n", l.Addr())
	srv := &http.Server{Handler: receive(s.out), ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = srv.Close() })
	defer stop()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return exitCannot, fmt.Errorf("receive: %w", err)
	}
	return exitFine, nil
}

// receive prints the body of each POST, which must be JSON. A GET is answered
// for readiness probes.
func receive(out io.Writer) http.Handler {
	var printing sync.Mutex // one line is one notification
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Method == http.MethodGet || req.Method == http.MethodHead {
			fmt.Fprintln(w, "kmon receive: POST Alertmanager's webhook notifications here.")
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, maxNotification))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		var line bytes.Buffer
		if err := json.Compact(&line, body); err != nil {
			http.Error(w, "not JSON: "+err.Error(), http.StatusBadRequest)
			return
		}
		line.WriteByte('\n')
		printing.Lock()
		defer printing.Unlock()
		if _, err := out.Write(line.Bytes()); err != nil {
			// Alertmanager keeps what it is refused with 5xx and sends it again.
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
}
