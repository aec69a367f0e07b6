package apiserver

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"k8s.io/client-go/rest"
)

// A watch over a connection whose packets go nowhere ends soon.
func TestNoticeDeadConnections(t *testing.T) {
	for name := range health {
		t.Setenv(name, "") // restores it at the end
	}
	if err := NoticeDeadConnections(); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			t.Errorf("asked by %s, which has no pings", r.Proto)
		}
		_, _ = io.WriteString(w, "{}")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	hole := newHole(t, server.Listener.Addr().String())
	defer server.CloseClientConnections()

	transport, err := rest.TransportFor(&rest.Config{Host: "https://" + hole.Addr().String(), TLSClientConfig: rest.TLSClientConfig{Insecure: true}})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := (&http.Client{Transport: transport}).Get("https://" + hole.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if _, err := io.ReadFull(answer.Body, make([]byte, 2)); err != nil {
		t.Fatal(err)
	}
	hole.swallow()
	since := time.Now()
	if _, err := io.ReadAll(answer.Body); err == nil {
		t.Fatal("the watch ended as if the server had ended it")
	}
	if took := time.Since(since); took > 20*time.Second {
		t.Errorf("the dead connection was noticed after %s", took)
	}
}

func TestNoticeDeadConnections_LeavesWhatIsSet(t *testing.T) {
	const name = "HTTP2_PING_TIMEOUT_SECONDS"
	t.Setenv("HTTP2_READ_IDLE_TIMEOUT_SECONDS", "")
	t.Setenv(name, "60")
	if err := NoticeDeadConnections(); err != nil {
		t.Fatal(err)
	}
	if got := os.Getenv(name); got != "60" {
		t.Errorf("%s is %s", name, got)
	}
}

// hole passes bytes on until it is told to swallow them.
type hole struct {
	net.Listener
	mu         sync.Mutex
	swallowing bool
}

func newHole(t *testing.T, target string) *hole {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &hole{Listener: l}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			to, err := net.Dial("tcp", target)
			if err != nil {
				t.Error(err)
				return
			}
			t.Cleanup(func() { from.Close(); to.Close() })
			go h.pass(from, to)
			go h.pass(to, from)
		}
	}()
	return h
}

func (h *hole) swallow() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.swallowing = true
}

func (h *hole) pass(from, to net.Conn) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		h.mu.Lock()
		gone := h.swallowing
		h.mu.Unlock()
		if gone {
			continue
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}
