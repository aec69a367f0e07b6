package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/mwitkow/go-conntrack"
	toolkit_web "github.com/prometheus/exporter-toolkit/web"
	"github.com/prometheus/prometheus/util/netconnlimit"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
)

// socketMode lets the sidecar in by its group and nobody else: whoever may
// connect may reload.
const socketMode = 0o660

// drainTime is how long requests under way may go on when the server stops.
const drainTime = 5 * time.Second

// listen binds all addresses. It is part of New, so that an address in use is
// found before anything runs and Addr is real from the beginning.
func (s *Server) listen() (err error) {
	defer func() {
		if err != nil {
			s.closeListeners()
		}
	}()
	if err := toolkit_web.Validate(s.opts.Web.ConfigFile); err != nil {
		return fmt.Errorf("unable to validate web configuration file: %w", err)
	}
	sem := netconnlimit.NewSharedSemaphore(s.opts.Web.MaxConnections)
	for _, addr := range s.opts.Web.ListenAddresses {
		l, err := net.Listen("tcp", addr)
		if err != nil {
			return fmt.Errorf("unable to start web listener: %w", err)
		}
		s.logger.Info("Start listening for connections", "address", l.Addr())
		s.listeners = append(s.listeners, conntrack.NewListener(netconnlimit.SharedLimitListener(l, sem),
			conntrack.TrackWithName("http"), conntrack.TrackWithTracing()))
	}
	if path := s.opts.DropIns.ReloadSocket; path != "" {
		if s.socket, err = listenUnix(path); err != nil {
			return fmt.Errorf("reload socket: %w", err)
		}
	}
	return nil
}

// listenUnix removes what a killed server left behind, but nothing that is not
// a socket.
func listenUnix(path string) (net.Listener, error) {
	if fi, err := os.Lstat(path); err == nil {
		if fi.Mode().Type() != os.ModeSocket {
			return nil, fmt.Errorf("%s exists and is not a socket", path)
		}
		if err := os.Remove(path); err != nil {
			return nil, err
		}
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, socketMode); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

func (s *Server) closeListeners() {
	for _, l := range s.listeners {
		_ = l.Close()
	}
	if s.socket != nil {
		_ = s.socket.Close()
	}
}

// serve answers on all listeners until Stop.
func (s *Server) serve() {
	public := s.httpServer(s.handler())
	s.serving.Go(func() {
		err := toolkit_web.ServeMultiple(s.listeners, public, &toolkit_web.FlagConfig{WebConfigFile: &s.opts.Web.ConfigFile}, s.logger)
		if !errors.Is(err, http.ErrServerClosed) {
			s.fail("web server", err)
		}
	})
	servers := []*http.Server{public}
	if s.socket != nil {
		door := s.httpServer(s.door())
		servers = append(servers, door)
		s.serving.Go(func() {
			if err := door.Serve(s.socket); !errors.Is(err, http.ErrServerClosed) {
				s.fail("reload socket", err)
			}
		})
	}
	s.serving.Go(func() {
		<-s.webCtx.Done()
		ctx, cancel := context.WithTimeout(context.Background(), drainTime)
		defer cancel()
		for _, srv := range servers {
			if err := srv.Shutdown(ctx); err != nil {
				// Live notifications are streams without an end.
				_ = srv.Close()
			}
		}
	})
}

func (s *Server) httpServer(h http.Handler) *http.Server {
	name := otelhttp.WithSpanNameFormatter(func(_ string, r *http.Request) string {
		return r.Method + " " + r.URL.Path
	})
	return &http.Server{
		Handler:     otelhttp.NewHandler(h, "", name),
		ErrorLog:    slog.NewLogLogger(s.logger.Handler(), slog.LevelError),
		ReadTimeout: s.opts.Web.ReadTimeout,
	}
}
