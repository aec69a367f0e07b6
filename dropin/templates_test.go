package dropin_test

import (
	"strings"
	"testing"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

func TestTemplateFiles(t *testing.T) {
	for name, c := range map[string]struct {
		data string
		want string
	}{
		"good":                     {"{{ define \"team.a\" }}{{ toUpper .Status }}{{ end }}\n", ""},
		"nothing":                  {"", ""},
		"not closed":               {"{{ define \"team.a\" }}\n{{ if .Status }}\n{{ end }}\n", "alertmanager/bad-template:4"},
		"an unknown function":      {"\n{{ define \"team.a\" }}\n{{ env \"HOME\" }}{{ end }}\n", "alertmanager/bad-template:3"},
		"one of Alertmanager's":    {"\n\n{{ define \"email.default.html\" }}x{{ end }}\n", "alertmanager/duplicate-template:3"},
		"an inner one of its":      {"{{ define \"__subject\" }}x{{ end }}\n", "alertmanager/duplicate-template:1"},
		"not text":                 {"\n\xff", "yaml/not-utf8:2"},
		"a name with a quote":      {"{{ define \"te\\\"am\" }}x{{ end }}\n", ""},
		"a call of what is not it": {"{{ define \"team.a\" }}{{ template \"x\" . }}{{ end }}\n", ""},
	} {
		it := item(dropin.KindAlertmanager, []byte(c.data))
		it.Ref.Key = "text.tmpl"
		if got := codesAndLines(dropin.Check(it, policy).Problems); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
		it.Ref.Namespace = "monitoring"
		trusted := dropin.Check(it, policy)
		if refused := c.want != "" && !strings.HasPrefix(c.want, string(dropin.CodeDuplicateTemplate)); trusted.OK() == refused {
			t.Errorf("%s, trusted: %v", name, trusted.Problems)
		}
	}
}
