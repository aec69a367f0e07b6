package alertmanager

import (
	"context"
	"crypto/md5"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// maxAnswer bounds what is read of an answer.
const maxAnswer = 4 << 20

// neighbour is the running Alertmanager.
type neighbour struct {
	url    *url.URL
	client *http.Client
}

// refusal is Alertmanager's word that it cannot use the file.
type refusal struct{ reason string }

func (r *refusal) Error() string { return "Alertmanager does not load it: " + r.reason }

// reload has Alertmanager read its file. It answers when it is done.
func (n neighbour) reload(ctx context.Context) error {
	status, body, err := n.ask(ctx, http.MethodPost, "-/reload")
	if err != nil {
		return err
	}
	if status == http.StatusOK {
		return nil
	}
	if reason, ok := strings.CutPrefix(string(body), "failed to reload config: "); ok {
		return &refusal{reason: strings.TrimSpace(reason)}
	}
	return fmt.Errorf("reload Alertmanager: the answer is %d", status)
}

// running is what Alertmanager says about its configuration.
type running struct {
	hash       float64
	successful bool
}

// is says whether the configuration of that hash is in use, and the last reload
// was its own.
func (r running) is(hash float64) bool { return r.successful && r.hash == hash }

func (r running) String() string {
	return fmt.Sprintf("alertmanager_config_hash %.0f, alertmanager_config_last_reload_successful %t", r.hash, r.successful)
}

// runs asks what Alertmanager runs. The API would tell the configuration, but
// without its secrets, of which only the hash tells whether they are the newest.
func (n neighbour) runs(ctx context.Context) (running, error) {
	status, body, err := n.ask(ctx, http.MethodGet, "metrics")
	if err != nil {
		return running{}, err
	}
	if status != http.StatusOK {
		return running{}, fmt.Errorf("ask Alertmanager for its metrics: the answer is %d", status)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(string(body)))
	if err != nil {
		return running{}, fmt.Errorf("read the metrics of Alertmanager: %w", err)
	}
	hash, ok := gauge(families["alertmanager_config_hash"])
	successful, ok2 := gauge(families["alertmanager_config_last_reload_successful"])
	if !ok || !ok2 {
		return running{}, fmt.Errorf("%s has no metrics of an Alertmanager", n.url.Redacted())
	}
	return running{hash: hash, successful: successful == 1}, nil
}

func gauge(f *dto.MetricFamily) (float64, bool) {
	if len(f.GetMetric()) != 1 || f.GetMetric()[0].GetGauge() == nil {
		return 0, false
	}
	return f.GetMetric()[0].GetGauge().GetValue(), true
}

// configHash is the value of alertmanager_config_hash for a file (alertmanager
// config/coordinator.go): the first six bytes of its MD5.
func configHash(file []byte) float64 {
	sum := md5.Sum(file)
	var b [8]byte
	copy(b[:], sum[:6])
	return float64(binary.LittleEndian.Uint64(b[:]))
}

func (n neighbour) ask(ctx context.Context, method, path string) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, n.url.JoinPath(path).String(), nil)
	if err != nil {
		return 0, nil, err
	}
	resp, err := n.client.Do(req)
	if err != nil {
		return 0, nil, fmt.Errorf("ask Alertmanager: %w", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return 0, nil, fmt.Errorf("ask Alertmanager: %w", err)
	}
	return resp.StatusCode, body, nil
}
