package kind

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
)

// machine answers commands from a table and remembers them.
type machine struct {
	answers map[string]string
	ran     []string
}

func (m *machine) run(_ context.Context, name string, args ...string) (string, error) {
	line := strings.Join(append([]string{name}, args...), " ")
	m.ran = append(m.ran, line)
	answer, ok := m.answers[line]
	if !ok {
		return "", errors.New("not found: " + line)
	}
	return answer, nil
}

func cluster(m *machine) Cluster {
	return Cluster{Name: "kmon", Config: "kind.yaml", Kubeconfig: "kubeconfig", Run: m.run}
}

func TestUsable(t *testing.T) {
	for _, tt := range []struct {
		name    string
		answers map[string]string
		want    bool
		why     string
	}{
		{"both", map[string]string{"kind version": "", "docker info": ""}, true, ""},
		{"no kind", map[string]string{"docker info": ""}, false, "kind is not installed"},
		{"no engine behind the docker command", map[string]string{"kind version": ""}, false, "no Docker engine answers"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, why := cluster(&machine{answers: tt.answers}).Usable(t.Context())
			if got != tt.want || why != tt.why {
				t.Errorf("Usable() = %v, %q; want %v, %q", got, why, tt.want, tt.why)
			}
		})
	}
}

func TestEnsureCreatesOnlyWhatIsNotThere(t *testing.T) {
	const (
		list   = "kind get clusters"
		create = "kind create cluster --name kmon --config kind.yaml --kubeconfig kubeconfig --wait 2m"
		export = "kind export kubeconfig --name kmon --kubeconfig kubeconfig"
	)
	for _, tt := range []struct {
		name, clusters, want string
	}{
		{"none", "No kind clusters found.\n", create},
		{"another", "kmon-other\n", create},
		{"this one", "other\nkmon\n", export},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := &machine{answers: map[string]string{list: tt.clusters, create: "", export: ""}}
			if err := cluster(m).Ensure(t.Context()); err != nil {
				t.Fatal(err)
			}
			if want := []string{list, tt.want}; !slices.Equal(m.ran, want) {
				t.Errorf("ran %q, want %q", m.ran, want)
			}
		})
	}
}

func TestLoadAndDelete(t *testing.T) {
	m := &machine{answers: map[string]string{
		"kind load image-archive a.tar --name kmon":               "",
		"kind delete cluster --name kmon --kubeconfig kubeconfig": "",
	}}
	c := cluster(m)
	if err := errors.Join(c.Load(t.Context(), "a.tar"), c.Delete(t.Context())); err != nil {
		t.Error(err)
	}
}

func TestFailureNamesTheCommand(t *testing.T) {
	err := cluster(&machine{}).Delete(t.Context())
	if err == nil || !strings.Contains(err.Error(), "kind delete cluster") {
		t.Errorf("error %v does not say which command failed", err)
	}
}

func TestWithWorkers(t *testing.T) {
	const config = "kind: Cluster\nnodes:\n  - role: control-plane\n"
	if got := string(WithWorkers([]byte(config), 0)); got != config {
		t.Errorf("without workers the file changes to %q", got)
	}
	want := config + "  - role: worker\n  - role: worker\n"
	if got := string(WithWorkers([]byte(config), 2)); got != want {
		t.Errorf("with two workers it is %q, want %q", got, want)
	}
}
