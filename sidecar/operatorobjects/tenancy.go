package operatorobjects

import (
	"fmt"
	"reflect"
	"strings"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// tenancy returns what an object of a namespace that is not trusted asks for
// and may not have. Package dropin looks at the result as well; here the
// problem can be told in the words of the object. All fields of these kinds that
// name a file end in "File".
func tenancy(o Object) []dropin.Problem {
	var problems []dropin.Problem
	walkSpec(o, func(f field) bool {
		switch {
		case strings.HasSuffix(f.name, "File") && f.value.Kind() == reflect.String && f.value.String() != "":
			problems = append(problems, dropin.Problem{
				Code:    dropin.CodeFileAccess,
				Message: f.path + " names a file on the server",
				Remedy:  "Refer to a Secret or ConfigMap of your namespace instead. " + remedyTrust,
			})
		case f.name == "fileSDConfigs" && f.value.Len() > 0:
			problems = append(problems, dropin.Problem{
				Code:    dropin.CodeFileAccess,
				Message: f.path + " reads files on the server",
				Remedy:  "Use staticConfigs or httpSDConfigs. " + remedyTrust,
			})
			return false
		}
		if s, ok := f.value.Interface().(monitoringv1.NamespaceSelector); ok {
			problems = append(problems, foreign(s, f.path, o.GetNamespace())...)
		}
		return true
	})
	return problems
}

// foreign refuses the other namespaces that a selector asks for. Discovering
// fewer than the object says would look like a fault of the monitoring.
func foreign(s monitoringv1.NamespaceSelector, path, namespace string) []dropin.Problem {
	const remedy = "Leave namespaceSelector out to discover your own. " + remedyTrust
	if s.Any {
		return []dropin.Problem{{
			Code:    dropin.CodeForeignNamespace,
			Message: fmt.Sprintf("%s.any discovers all namespaces from namespace %q", path, namespace),
			Remedy:  remedy,
		}}
	}
	var problems []dropin.Problem
	for i, name := range s.MatchNames {
		if name != namespace {
			problems = append(problems, dropin.Problem{
				Code:    dropin.CodeForeignNamespace,
				Message: fmt.Sprintf("%s.matchNames[%d] discovers namespace %q from namespace %q", path, i, name, namespace),
				Remedy:  remedy,
			})
		}
	}
	return problems
}
