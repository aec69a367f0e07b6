package helm

import (
	"io"
	"strings"
	"testing"

	"github.com/yannh/kubeconform/pkg/validator"
)

// The oldest Kubernetes that the chart takes, and newer ones.
var kubernetes = []string{"v1.29.14", "v1.35.4", "v1.36.3"}

// kubeconform, strict, accepts every object of every values file. Kinds that are
// not Kubernetes' own are the API server's to judge.
func TestKubeconform(t *testing.T) {
	for _, version := range kubernetes {
		t.Run(version, func(t *testing.T) {
			v, err := validator.New([]string{schemas(t, version) + "/{{ .ResourceKind }}{{ .KindSuffix }}.json"}, validator.Opts{
				Strict: true, KubernetesVersion: strings.TrimPrefix(version, "v"), SkipKinds: map[string]struct{}{"HTTPRoute": {}},
			})
			if err != nil {
				t.Fatal(err)
			}
			valid := 0
			for name, values := range recipes(t) {
				manifests := withHelm3(t, "kube-monitoring-stack", version, values)
				for _, result := range v.Validate(name, io.NopCloser(strings.NewReader(manifests))) {
					switch result.Status {
					case validator.Valid:
						valid++
					case validator.Invalid, validator.Error:
						signature, _ := result.Resource.Signature()
						t.Errorf("%s: %+v: %v", name, signature, result.Err)
					}
				}
			}
			t.Logf("%d objects are valid", valid)
			if valid < 1000 {
				t.Errorf("only %d objects were looked at", valid)
			}
			wrong := "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {selector: {}, template: {}, replica: 1}}"
			if r := v.Validate("wrong", io.NopCloser(strings.NewReader(wrong))); len(r) != 1 || r[0].Status != validator.Invalid {
				t.Errorf("an unknown field is accepted: %+v", r)
			}
		})
	}
}
