package rules

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/promqltest"
	"github.com/prometheus/prometheus/storage"
)

// foretelling are alerts that look ahead: by a prediction, or by the pace at
// which an allowance is used up. An error in them is not seen in daily work, so
// each is tried on both sides of its border.
var foretelling = regexp.MustCompile(`predict_linear|requests_bad:ratio_rate`)

// border is a case in which an alert fires with one value in place of %v and
// does not with another, both next to the border.
type border struct {
	series         string // as promqltest loads them, a minute apart
	at             time.Duration
	fires, doesNot float64
}

// burn has both windows of a burn rate at the same share of bad answers.
func burn(long, short string, share float64) border {
	series := fmt.Sprintf("cluster:apiserver_requests_bad:ratio_rate%s{cluster=\"c\"} %%[1]vx60\ncluster:apiserver_requests_bad:ratio_rate%s{cluster=\"c\"} %%[1]vx60\n", long, short)
	return border{series, 30 * time.Minute, share + 0.0001, share - 0.0001}
}

// borders are by alert, severity and, of burn rates, the long window.
var borders = map[string]border{
	"KubeAPIErrorBudgetBurn/critical/1h": burn("1h", "5m", 0.144),
	"KubeAPIErrorBudgetBurn/critical/6h": burn("6h", "30m", 0.06),
	"KubeAPIErrorBudgetBurn/warning/1d":  burn("1d", "2h", 0.03),
	"KubeAPIErrorBudgetBurn/warning/3d":  burn("3d", "6h", 0.01),
	// It loses 10 a minute for 9 hours, and 24 hours are to come.
	"NodeFilesystemSpaceFillingUp/warning/": {`
node_filesystem_avail_bytes{job="node-exporter", cluster="c", fstype="ext4"} %v-10x600
node_filesystem_size_bytes{job="node-exporter", cluster="c", fstype="ext4"} 200000x600
node_filesystem_readonly{job="node-exporter", cluster="c", fstype="ext4"} 0x600
`, 9 * time.Hour, 10*(9+24)*60 - 1, 10*(9+24)*60 + 1},
	// The same with inodes.
	"NodeFilesystemFilesFillingUp/warning/": {`
node_filesystem_files_free{job="node-exporter", cluster="c", fstype="ext4"} %v-10x600
node_filesystem_files{job="node-exporter", cluster="c", fstype="ext4"} 200000x600
node_filesystem_readonly{job="node-exporter", cluster="c", fstype="ext4"} 0x600
`, 9 * time.Hour, 10*(9+24)*60 - 1, 10*(9+24)*60 + 1},
	// It loses 1 a minute for 9 hours, and four days are to come.
	"KubePersistentVolumeFillingUp/warning/": {`
kubelet_volume_stats_available_bytes{job="kubelet", cluster="c"} %v-1x600
kubelet_volume_stats_capacity_bytes{job="kubelet", cluster="c"} 100000x600
kubelet_volume_stats_used_bytes{job="kubelet", cluster="c"} 90000x600
`, 9 * time.Hour, (9+96)*60 - 1, (9+96)*60 + 1},
	"KubePersistentVolumeInodesFillingUp/warning/": {`
kubelet_volume_stats_inodes_free{job="kubelet", cluster="c"} %v-1x600
kubelet_volume_stats_inodes{job="kubelet", cluster="c"} 100000x600
kubelet_volume_stats_inodes_used{job="kubelet", cluster="c"} 90000x600
`, 9 * time.Hour, (9+96)*60 - 1, (9+96)*60 + 1},
	// It gains as much a minute for 20 minutes, and half an hour is to come.
	"PrometheusNotificationQueueRunningFull/warning/": {`
prometheus_notifications_queue_length{job="prometheus"} 0+%vx40
prometheus_notifications_queue_capacity{job="prometheus"} 1000x40
`, 20 * time.Minute, 1000/50.0 + 0.01, 1000/50.0 - 0.01},
	// It gains as much a minute for 6 hours, and 4 hours are to come.
	"etcdExcessiveDatabaseGrowth/warning/": {`
etcd_mvcc_db_total_size_in_bytes{job="kube-etcd"} 0+%vx600
etcd_server_quota_backend_bytes{job="kube-etcd"} 60000x600
`, 6 * time.Hour, 100.01, 99.99},
}

func TestForetellingAlertsAtTheirBorders(t *testing.T) {
	tried := map[string]bool{}
	each(t, func(t *testing.T, where string, r rulefmt.Rule) {
		if r.Alert == "" || !foretelling.MatchString(r.Expr) {
			return
		}
		key := strings.Join([]string{r.Alert, r.Labels["severity"], r.Labels["long"]}, "/")
		tried[key] = true
		b, ok := borders[key]
		if !ok {
			t.Errorf("%s: %s looks ahead and is not tried at its border", where, key)
			return
		}
		for value, want := range map[float64]bool{b.fires: true, b.doesNot: false} {
			if got := fires(t, holding(t, fmt.Sprintf(b.series, value)), r.Expr, b.at); got != want {
				t.Errorf("%s with %v: fires %v, want %v", key, value, got, want)
			}
		}
	})
	for key := range borders {
		if !tried[key] {
			t.Errorf("there is no %s to look ahead", key)
		}
	}
	t.Logf("%d alerts look ahead", len(tried))
}

// Where parts of the control plane are out of sight, as on managed clusters,
// their targets are down from the first scrape, if there are any. Nothing is to
// fire there, and nothing at all on a server that knows nothing yet.
func TestControlPlaneAlertsWaitUntilSeen(t *testing.T) {
	var neverSeen strings.Builder
	for _, job := range []string{"kube-controller-manager", "kube-scheduler", "kube-proxy", "kube-etcd"} {
		fmt.Fprintf(&neverSeen, "up{job=%q, cluster=\"c\", namespace=\"kube-system\", instance=\"10.0.0.1:1\"} 0x2000\n", job)
	}
	for what, series := range map[string]string{"an empty server": `nothing{} 0`, "a control plane out of sight": neverSeen.String()} {
		s := holding(t, series)
		each(t, func(t *testing.T, where string, r rulefmt.Rule) {
			if r.Alert != "" && r.Alert != "Watchdog" && fires(t, s, r.Expr, 26*time.Hour) {
				t.Errorf("%s fires on %s", where, what)
			}
		})
	}
}

// holding is a storage with series, a minute between their samples.
func holding(t *testing.T, series string) storage.Queryable {
	t.Helper()
	s := promqltest.LoadedStorage(t, "load 1m\n  "+strings.ReplaceAll(strings.TrimSpace(series), "\n", "\n  ")+"\n")
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// fires says whether expr returns something, some time after the first sample.
func fires(t *testing.T, s storage.Queryable, expr string, at time.Duration) bool {
	t.Helper()
	engine := promqltest.NewTestEngine(t, false, 0, promqltest.DefaultMaxSamplesPerQuery)
	query, err := engine.NewInstantQuery(t.Context(), s, nil, expr, time.Unix(0, 0).Add(at))
	if err != nil {
		t.Fatal(err)
	}
	defer query.Close()
	result, err := query.Exec(t.Context()).Vector()
	if err != nil {
		t.Fatalf("%v in %s", err, expr)
	}
	return len(result) > 0
}
