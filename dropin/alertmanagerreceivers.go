package dropin

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	amconfig "github.com/prometheus/alertmanager/config"
	promconfig "github.com/prometheus/common/config"
	"go.yaml.in/yaml/v3"
)

// checkReceivers looks at what valid receivers would do when Alertmanager builds
// and uses them, and holds a tenant's to what is theirs.
func (f *fragment) checkReceivers(list []amconfig.Receiver) []Problem {
	var problems []Problem
	nodes := valueAt(f.root, "receivers")
	for i := range list {
		node := nodes.Content[i]
		walkFields(list[i], func(x field) {
			x.path = asWritten(x.path, node)
			problems = append(problems, f.checkField(x, node)...)
		})
		if !f.trusted {
			problems = append(problems, checkIdentity(&list[i], node)...)
			problems = append(problems, f.checkGlobalSecrets(node)...)
		}
	}
	return problems
}

func (f *fragment) checkField(x field, node *yaml.Node) []Problem {
	line := lineOf(node, x.path...)
	switch {
	case x.isFile() && !f.trusted:
		return []Problem{{
			Line: line, Code: CodeAlertmanagerFile,
			Message: fmt.Sprintf("%s names a file beside Alertmanager", quote(x.name())),
			Remedy:  fmt.Sprintf("Use %s, in a Secret with the drop-in label if nobody else may read it. %s", strings.TrimSuffix(x.name(), "_file"), remedyTrust),
		}}
	case x.isSecretRef():
		return []Problem{{
			Line: line, Code: CodeAlertmanagerHTTPClient,
			Message: fmt.Sprintf("%s refers to a secret manager, and Alertmanager has none", quote(x.name())),
			Remedy:  fmt.Sprintf("Use %s instead.", strings.TrimSuffix(x.name(), "_ref")),
		}}
	case x.isTemplated():
		return templatedProblems(x, node)
	}
	if err := tryClient(x.value.Interface()); err != nil {
		return []Problem{{
			Line: line, Code: CodeAlertmanagerHTTPClient, Message: err.Error(),
			Remedy: "Certificates and keys are PEM; a certificate needs its key.",
		}}
	}
	return nil
}

// tryClient builds what Alertmanager would build, as long as that reads no file:
// files beside Alertmanager are not beside who checks.
func tryClient(v any) error {
	switch c := v.(type) {
	case *promconfig.HTTPClientConfig:
		elsewhere := false
		walkFields(c, func(x field) { elsewhere = elsewhere || x.isFile() || x.isSecretRef() })
		if elsewhere {
			return nil
		}
		client := *c
		client.TLSConfig = promconfig.TLSConfig{} // which is tried by itself
		_, err := promconfig.NewClientFromConfig(client, "check")
		return err
	case *promconfig.TLSConfig:
		return tryTLS(*c)
	case promconfig.TLSConfig:
		return tryTLS(c)
	}
	return nil
}

// isTemplated says whether Alertmanager executes the field as a template. It does
// with nearly all texts of a receiver, but for those of the client and the
// password of a mail server.
func (x field) isTemplated() bool {
	plain := func(step string) bool {
		return step == "http_config" || step == "tls_config" || step == "sigv4" || strings.HasPrefix(step, "auth_")
	}
	return !slices.ContainsFunc(x.path, plain) && slices.ContainsFunc(textsOf(x.value, nil), func(t textAt) bool {
		return strings.Contains(t.text, "{{")
	})
}

// textAt is a text below a field.
type textAt struct {
	path []string
	text string
}

// textsOf returns the value if it is a text, or the texts in it.
func textsOf(v reflect.Value, path []string) []textAt {
	switch v.Kind() {
	case reflect.String:
		return []textAt{{path, v.String()}}
	case reflect.Interface:
		return textsOf(v.Elem(), path)
	case reflect.Slice:
		var out []textAt
		for i := range v.Len() {
			out = append(out, textsOf(v.Index(i), join(path, strconv.Itoa(i)))...)
		}
		return out
	case reflect.Map:
		var out []textAt
		for it := v.MapRange(); it.Next(); {
			out = append(out, textsOf(it.Value(), join(path, fmt.Sprint(it.Key())))...)
		}
		return out
	}
	return nil
}

// templatedProblems finds templates in a field that do not parse.
func templatedProblems(x field, node *yaml.Node) []Problem {
	var problems []Problem
	for _, t := range textsOf(x.value, nil) {
		if _, err := parseTemplates(t.text); err != nil {
			problems = append(problems, Problem{
				Line: lineOf(node, join(x.path, t.path...)...), Code: CodeBadNotification,
				Message: "the template does not parse: " + templateComplaint(err),
				Remedy:  "Templates are Go's, with the functions of Alertmanager.",
			})
		}
	}
	return problems
}

// checkIdentity refuses a tenant's receivers that act with an identity that is
// not theirs: SNS without keys uses what the node or the pod is in AWS.
func checkIdentity(r *amconfig.Receiver, node *yaml.Node) []Problem {
	var problems []Problem
	for i, c := range r.SNSConfigs {
		if c == nil || c.Sigv4.AccessKey != "" && c.Sigv4.Profile == "" {
			continue
		}
		problems = append(problems, Problem{
			Line: lineOf(node, "sns_configs", strconv.Itoa(i), "sigv4"), Code: CodeAlertmanagerIdentity,
			Message: "sns_configs without access_key, or with a profile, acts with the identity of Alertmanager",
			Remedy:  "Give sigv4 an access_key and a secret_key. " + remedyTrust,
		})
	}
	return problems
}
