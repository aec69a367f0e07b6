package sd

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/config"
)

// TestDiscoveries holds which discoveries a binary knows, with and without the
// build tag. ci/peer compares whole binaries with all of upstream's.
func TestDiscoveries(t *testing.T) {
	for names, want := range map[string]bool{
		"dns file http kubernetes":                             true,
		"azure consul docker ec2 eureka gce hetzner openstack": full,
		"nonsense": false,
	} {
		for name := range strings.FieldsSeq(names) {
			_, err := config.Load("scrape_configs: [{job_name: x, "+name+"_sd_configs: []}]", slog.New(slog.DiscardHandler))
			if want != (err == nil) {
				t.Errorf("%s_sd_configs: %v", name, err)
			}
			if err != nil && !strings.Contains(err.Error(), name+"_sd_configs") {
				t.Errorf("the error does not name %s_sd_configs: %v", name, err)
			}
		}
	}
}
