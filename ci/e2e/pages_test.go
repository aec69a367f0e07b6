package e2e

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/transport/spdy"
)

// A browser opens every web page and every dashboard on the cluster's own data.
// The tests of the pages themselves are TypeScript; this one gives them a server.
func testPagesInABrowser(t *testing.T) {
	c := connect(t)
	command := os.Getenv("E2E_PAGES")
	if command == "" {
		t.Skip("E2E_PAGES is not set: no command to drive the web pages in a browser (make e2e has one)")
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-c", command)
	cmd.Env = append(os.Environ(), "SERVER="+c.forward(t, 9090), "NO_COLOR=1")
	// Whoever reads a long log looks beside the name of the test that failed.
	var printed bytes.Buffer
	cmd.Stdout = io.MultiWriter(os.Stdout, &printed)
	cmd.Stderr = cmd.Stdout
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v; it ended with:\n%s", command, err, lastLines(printed.String(), 80))
	}
}

// lastLines gives the end of a text, at most so many lines of it.
func lastLines(text string, most int) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-most):], "\n")
}

// forward makes a port of the server's pod reachable from here, as kubectl
// port-forward does: the API server's proxy would rewrite the links in pages.
func (c *cluster) forward(t *testing.T, port int) string {
	t.Helper()
	pod, err := c.serverPod(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	transport, upgrader, err := spdy.RoundTripperFor(c.config)
	if err != nil {
		t.Fatalf("dial the API server: %v", err)
	}
	url := c.client.CoreV1().RESTClient().Post().Resource("pods").Namespace(pod.Namespace).Name(pod.Name).SubResource("portforward").URL()
	dialer := spdy.NewDialer(upgrader, &http.Client{Transport: transport}, http.MethodPost, url)
	stop, ready := make(chan struct{}), make(chan struct{})
	f, err := portforward.New(dialer, []string{fmt.Sprintf("0:%d", port)}, stop, ready, io.Discard, os.Stderr)
	if err != nil {
		t.Fatalf("forward port %d: %v", port, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- f.ForwardPorts() }()
	select {
	case <-ready:
	case err := <-ended:
		t.Fatalf("forward port %d: %v", port, err)
	case <-time.After(30 * time.Second):
		t.Fatalf("forward port %d: not ready within 30 s", port)
	}
	t.Cleanup(func() {
		close(stop)
		<-ended
	})
	ports, err := f.GetPorts()
	if err != nil {
		t.Fatalf("forward port %d: %v", port, err)
	}
	return fmt.Sprintf("http://127.0.0.1:%d", ports[0].Local)
}
