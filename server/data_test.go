package server

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/tsdb"
)

// TestData_MovesBetweenUsAndPrometheus opens the directory with upstream's TSDB after us, and
// with us after upstream's TSDB.
func TestData_MovesBetweenUsAndPrometheus(t *testing.T) {
	addr := target(t, "m 1\n")
	r := newRig(t, quickBase)
	r.publish(map[string]string{"scrape/a_b_c": job("x", addr)})
	r.start()
	r.await("there is data", func() bool { return len(r.query("count_over_time(m[1m]) > 3")) == 1 })
	r.stop()

	db, err := tsdb.Open(r.path("data"), nil, nil, tsdb.DefaultOptions(), nil)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	q, err := db.Querier(now.Add(-time.Hour).UnixMilli(), now.UnixMilli())
	if err != nil {
		t.Fatal(err)
	}
	set := q.Select(t.Context(), false, nil, labels.MustNewMatcher(labels.MatchEqual, "__name__", "m"))
	if !set.Next() {
		t.Errorf("upstream finds nothing: %v", set.Err())
	}
	_ = q.Close()
	app := db.Appender(t.Context())
	if _, err := app.Append(0, labels.FromStrings("__name__", "theirs"), now.UnixMilli(), 7); err != nil {
		t.Fatal(err)
	}
	if err := app.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	again := *r
	again.start()
	for _, q := range []string{"last_over_time(theirs[1h])", "last_over_time(m[1h])"} {
		if v := again.query(q); len(v) != 1 {
			t.Errorf("%s: %v after the way back", q, v)
		}
	}
}

func TestAgent_ScrapesAndForwards(t *testing.T) {
	var received atomic.Int64
	sink := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		received.Add(n)
		w.WriteHeader(http.StatusNoContent)
	}))
	defer sink.Close()
	addr := target(t, "m 1\n")
	r := newRig(t, quickBase+"remote_write: [{url: '"+sink.URL+"', queue_config: {batch_send_deadline: 50ms}}]\n")
	r.opts.Agent = true
	r.opts.Remote.FlushDeadline = time.Second
	r.publish(map[string]string{"scrape/a_b_c": job("x", addr)})
	r.start()
	r.await("samples arrive", func() bool { return received.Load() > 0 })
	if code, body := r.call(http.MethodGet, "/api/v1/query?query=m"); code != http.StatusUnprocessableEntity {
		t.Errorf("an agent answered a query: %d %s", code, body)
	}
	// Rules in a drop-in are refused and say why.
	r.publish(map[string]string{"scrape/a_b_c": job("x", addr), "rules/a_b_c": alert("A", "m", "1m")})
	if code, a := r.reload(); code != http.StatusUnprocessableEntity || len(a.Items) != 1 {
		t.Errorf("%d %+v", code, a)
	}
}

func TestQueries_WaitForStorage(t *testing.T) {
	r := newRig(t, quickBase)
	r.opts.Logger, r.opts.Registerer = discard(), newRegistry()
	r.opts.Gatherer = newRegistry()
	s, err := New(r.opts)
	if err != nil {
		t.Fatal(err)
	}
	r.s = s
	s.serve() // as Start does before it opens anything
	defer r.stop()
	for path, want := range map[string]int{
		"/-/healthy": 200, "/-/ready": 503, "/api/v1/query?query=up": 503, "/metrics": 200, "/api/v1/status/walreplay": 200,
	} {
		if code, body := r.call(http.MethodGet, path); code != want {
			t.Errorf("%s: %d %s, want %d", path, code, body, want)
		}
	}
	if code, _ := r.reload(); code != http.StatusServiceUnavailable {
		t.Errorf("reload: %d, want 503", code)
	}
}

// selfSigned returns a certificate and its key as PEM.
func selfSigned(t *testing.T) (cert, key string) {
	t.Helper()
	priv, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"}}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &priv.PublicKey, priv)
	if err != nil {
		t.Fatal(err)
	}
	rawKey, err := x509.MarshalPKCS8PrivateKey(priv)
	if err != nil {
		t.Fatal(err)
	}
	block := func(typ string, b []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: typ, Bytes: b}))
	}
	return block("CERTIFICATE", der), block("PRIVATE KEY", rawKey)
}
