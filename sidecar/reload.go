package sidecar

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// maxAnswer bounds what is read of an answer to a reload.
const maxAnswer = 4 << 20

// HTTPReloader reloads a server by POST, over TCP or a unix socket.
type HTTPReloader struct {
	url    string
	client *http.Client
}

// NewHTTPReloader understands unix:///path/to.sock, on which /-/reload is asked
// for, and http:// and https:// addresses with their path.
func NewHTTPReloader(address string) (*HTTPReloader, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("reload address: %w", err)
	}
	switch u.Scheme {
	case "unix":
		if u.Host != "" || u.Path == "" {
			return nil, fmt.Errorf("reload address %q: write unix:// and an absolute path, as in unix:///run/reload.sock", address)
		}
		transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", u.Path)
		}}
		return &HTTPReloader{url: "http://reload/-/reload", client: &http.Client{Transport: transport}}, nil
	case "http", "https":
		if u.Host == "" {
			return nil, fmt.Errorf("reload address %q names no host", address)
		}
		return &HTTPReloader{url: u.String(), client: &http.Client{}}, nil
	default:
		return nil, fmt.Errorf("reload address %q is none of unix://, http:// and https://", address)
	}
}

// answer is the server's, both good and bad.
type answer struct {
	Status  string        `json:"status"`
	Digest  string        `json:"digest"`
	Refused string        `json:"refused"`
	Error   string        `json:"error"`
	Items   []RefusedItem `json:"items"`
}

// Reload asks once. The caller's context bounds how long it may take. The server finds
// the bundle in the live directory.
func (r *HTTPReloader) Reload(ctx context.Context, _ *dropin.Bundle) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url, nil)
	if err != nil {
		return "", err
	}
	resp, err := r.client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return "", fmt.Errorf("read the answer: %w", err)
	}
	var a answer
	decodeErr := json.Unmarshal(body, &a)
	switch {
	case resp.StatusCode == http.StatusUnprocessableEntity:
		if decodeErr != nil {
			a = answer{Error: excerpt(body)}
		}
		return "", &Refused{Digest: a.Refused, Running: a.Digest, Reason: a.Error, Items: a.Items}
	case resp.StatusCode != http.StatusOK:
		return "", fmt.Errorf("the answer is %s: %s", resp.Status, excerpt(body))
	case decodeErr != nil || a.Status != "success":
		// Stock Prometheus answers 200 with no body, which confirms nothing.
		return "", fmt.Errorf("the answer does not say which digest is in use: %q", excerpt(body))
	}
	return a.Digest, nil
}

// excerpt is the beginning of a body that somebody else's server wrote.
func excerpt(body []byte) string {
	const most = 300
	s := strings.TrimSpace(string(body))
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
