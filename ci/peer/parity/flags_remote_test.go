package parity

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang/snappy"
	"github.com/prometheus/prometheus/prompb"
	"github.com/prometheus/prometheus/storage/remote"
)

func remoteFlagGroups() map[string]flagGroup {
	return map[string]flagGroup{
		"remote read": {
			always:  []string{"--web.enable-remote-write-receiver", "--storage.tsdb.samples-per-chunk=5"},
			prepare: pushFew,
			flags: map[string]effect{
				"storage.remote.read-sample-limit":       {[]string{"--storage.remote.read-sample-limit=7"}, readSamples},
				"storage.remote.read-max-bytes-in-frame": {[]string{"--storage.remote.read-max-bytes-in-frame=1"}, frames},
				"storage.remote.read-concurrent-limit":   {[]string{"--storage.remote.read-concurrent-limit=1"}, secondRead},
			},
		},
	}
}

func pushFew(t *testing.T, s site) {
	t.Helper()
	for i := range 30 {
		push(t, s.Instance, "short", time.Now().Add(time.Duration(i-30)*time.Second), float64(i))
	}
}

// remoteRead asks for the series that pushFew has sent.
func remoteRead(t *testing.T, s site, accept prompb.ReadRequest_ResponseType) answer {
	t.Helper()
	raw, err := (&prompb.ReadRequest{
		AcceptedResponseTypes: []prompb.ReadRequest_ResponseType{accept},
		Queries: []*prompb.Query{{
			EndTimestampMs: time.Now().UnixMilli(),
			Matchers:       []*prompb.LabelMatcher{{Type: prompb.LabelMatcher_EQ, Name: "__name__", Value: "short"}},
		}},
	}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	a, err := request(t.Context(), http.MethodPost, s.URL+"/api/v1/read", "application/x-protobuf", bytes.NewReader(snappy.Encode(nil, raw)))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func readSamples(t *testing.T, s site) any {
	a := remoteRead(t, s, prompb.ReadRequest_SAMPLES)
	if a.status != http.StatusOK {
		return fmt.Sprintf("%d %s", a.status, a.body)
	}
	return a.status
}

// frames is how many frames a streamed answer has.
func frames(t *testing.T, s site) any {
	a := remoteRead(t, s, prompb.ReadRequest_STREAMED_XOR_CHUNKS)
	r := remote.NewChunkedReader(bytes.NewReader(a.body), 1<<20, nil)
	for n := 0; ; n++ {
		if err := r.NextProto(&prompb.ChunkedReadResponse{}); errors.Is(err, io.EOF) {
			return n
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// secondRead says whether a read is answered while another one, whose request
// does not end, has its place.
func secondRead(t *testing.T, s site) any {
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte("POST /api/v1/read HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	const reading = "prometheus_remote_read_handler_queries"
	if !within(t, 10*time.Second, func(context.Context) bool { return metric(reading)(t, s) == reading+" 1" }) {
		t.Fatal("the first read does not begin")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	_, err = request(ctx, http.MethodPost, s.URL+"/api/v1/read", "", strings.NewReader("no snappy"))
	return err == nil
}

// TestFlushDeadline stops both while a receiver of remote write does not answer.
// They wait as long as the flag says and no longer.
func TestFlushDeadline(t *testing.T) {
	t.Parallel()
	for _, s := range bothSides() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			_, addr := target(t)
			called, release := make(chan struct{}, 1), make(chan struct{})
			deaf := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
				select {
				case called <- struct{}{}:
				default:
				}
				<-release
			}))
			defer deaf.Close()
			defer close(release)
			in := start(t, s, server{
				config: demoJob(addr) + "remote_write: [{url: " + deaf.URL + ", queue_config: {batch_send_deadline: 100ms}}]\n",
				args:   []string{"--storage.remote.flush-deadline=2s"},
			})
			<-called
			began := time.Now()
			if err := in.Stop(); err != nil {
				t.Error(err)
			}
			if took := time.Since(began); took < 1500*time.Millisecond || took > 45*time.Second {
				t.Errorf("it stopped after %v, want some 2s; by default it would be a minute", took)
			}
		})
	}
}
