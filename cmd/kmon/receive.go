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
	"github.com/emersion/go-smtp"
)

const receiveHelp = `Receive what Alertmanager sends and print each notification as one line of JSON.

It shows what a route really delivers, before a pager hangs on it. Webhooks, Slack and PagerDuty are answered as
these services answer, mails are taken from everybody for everybody.

Examples:

  kmon receive --listen :8080
  kmon receive | jq '.alerts[].labels'
  kmon receive --listen :8080 --smtp-listen :2525 | jq 'select(.mail).mail.subject'`

// maxNotification bounds one notification's size in bytes. Alertmanager's are
// far smaller; the bound keeps a stray client from filling the memory.
const maxNotification = 4 << 20

// receiver holds the flags of kmon receive.
type receiver struct{ listen, smtp string }

func receiveCommand(app *kingpin.Application) command {
	r := &receiver{}
	cmd := app.Command("receive", receiveHelp)
	cmd.Flag("listen", "Address to receive on.").Default("127.0.0.1:8080").StringVar(&r.listen)
	cmd.Flag("smtp-listen", "Address to receive mails on. Default: none.").StringVar(&r.smtp)
	return command{name: cmd.FullCommand(), run: r.run}
}

func (r *receiver) run(ctx context.Context, s streams) (int, error) {
	out := &printed{out: s.out}
	web := &http.Server{Handler: receive(out), ReadHeaderTimeout: 10 * time.Second}
	servers := []listening{{r.listen, "http://%s/", web.Serve, web.Close}}
	if r.smtp != "" {
		mails := mailServer(out)
		servers = append(servers, listening{r.smtp, "smtp://%s", mails.Serve, mails.Close})
	}
	errs := make(chan error, len(servers))
	for i, l := range servers {
		listener, err := net.Listen("tcp", l.address)
		if err != nil {
			return exitCannot, fmt.Errorf("receive: %w", err)
		}
		fmt.Fprintf(s.err, "receiving on "+l.url+", one line of JSON each\n", listener.Addr())
		stop := context.AfterFunc(ctx, func() { _ = servers[i].end() })
		defer stop()
		go func() { errs <- l.serve(listener) }()
	}
	for range servers {
		if err := <-errs; !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, smtp.ErrServerClosed) && ctx.Err() == nil {
			return exitCannot, fmt.Errorf("receive: %w", err)
		}
	}
	return exitFine, nil
}

// listening is a server of one protocol.
type listening struct {
	address, url string
	serve        func(net.Listener) error
	end          func() error
}

// printed keeps lines whole: one is one notification.
type printed struct {
	mu  sync.Mutex
	out io.Writer
}

func (p *printed) line(b []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, err := p.out.Write(append(b, '\n'))
	return err
}

// receive prints the body of each POST, which must be JSON. A GET is answered
// for readiness probes.
func receive(out *printed) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Method == http.MethodGet || req.Method == http.MethodHead {
			fmt.Fprintln(w, "kmon receive: POST Alertmanager's notifications here.")
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
		if err := out.line(line.Bytes()); err != nil {
			// Alertmanager keeps what it is refused with 5xx and sends it again.
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		// Slack says so, and its client in Alertmanager takes nothing else for success.
		_, _ = io.WriteString(w, "ok")
	})
}
