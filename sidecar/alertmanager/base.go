package alertmanager

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// baseFile is the platform's own configuration and what was made of it. A file
// that cannot be used any more leaves the one before in use.
type baseFile struct {
	path   string
	log    *slog.Logger
	valid  prometheus.Gauge
	sum    [sha256.Size]byte
	policy dropin.Policy
	merger *dropin.AlertmanagerMerger
	failed string
}

func newBaseFile(path string, p dropin.Policy, log *slog.Logger, reg prometheus.Registerer) *baseFile {
	b := &baseFile{path: path, log: log, policy: p, valid: prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "kube_monitoring_stack_sidecar_base_config_valid",
		Help: "Whether the platform's own Alertmanager configuration could be read the last time. If not, the one before is in use.",
	})}
	reg.MustRegister(b.valid)
	return b
}

// read takes the file as it is now. It fails only if there is no configuration to
// go on with.
func (b *baseFile) read() error {
	err := b.load()
	if err == nil {
		b.valid.Set(1)
		b.failed = ""
		return nil
	}
	b.valid.Set(0)
	if b.merger == nil {
		return err
	}
	if b.failed != err.Error() {
		b.failed = err.Error()
		b.log.Error("the base configuration cannot be used; the one before stays", "err", err)
	}
	return nil
}

func (b *baseFile) load() error {
	data, err := os.ReadFile(b.path)
	if err != nil {
		return fmt.Errorf("read the base configuration: %w", err)
	}
	sum := sha256.Sum256(data)
	if b.merger != nil && sum == b.sum {
		return nil
	}
	parsed, err := dropin.ParseAlertmanagerBase(data, filepath.Dir(b.path))
	if err != nil {
		return errors.New("parse the base configuration: " + quoteless(err))
	}
	b.sum = sum
	b.policy.Alertmanager = parsed
	b.merger = dropin.NewAlertmanagerMerger(b.policy)
	return nil
}
