package explain

import (
	"fmt"
	"net"
	"strings"

	"github.com/prometheus/prometheus/util/strutil"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// dropped says what to do so that a step does not drop the target.
func (f *facts) dropped(s *Step) string {
	misses, literal := s.missed()
	if !literal || len(misses) == 0 {
		return f.pattern(s)
	}
	m := misses[0]
	accepted := strings.Join(m.accepted, " or ")
	kind, rest, _ := strings.Cut(strings.TrimPrefix(m.Label, meta), "_")
	switch {
	case m.Label == metaNamespace:
		return fmt.Sprintf("The job is for namespace %s: add the object's namespace to its rule, or write a job in that namespace.", accepted)
	case m.Label == metaServiceName:
		return fmt.Sprintf("The job is for the Service %s: give it that name, or add its name to the job's rule.", accepted)
	case m.Label == meta+"pod_container_port_name":
		return fmt.Sprintf("Name a port of the container %s%s, or name the port it has in the job's rule.", quoted(m.accepted), f.portNames(false))
	case m.Label == meta+"endpointslice_port_name" || m.Label == meta+"endpoint_port_name" || m.Label == meta+"service_port_name":
		return fmt.Sprintf("Name a port of the Service %s%s, or name the port it has in the job's rule.", quoted(m.accepted), f.portNames(true))
	case m.Label == meta+"pod_ready" || strings.HasSuffix(m.Label, "_conditions_ready"):
		return "The pod is not ready: see its readiness probe in kubectl describe pod."
	case m.Label == meta+"pod_phase":
		return "The pod is in phase " + m.Value.Value + ", and the job wants " + accepted + ": see kubectl describe pod."
	case m.Label == meta+"pod_container_name":
		return fmt.Sprintf("The job is for the container %s: name the container so, or change the job's rule.", accepted)
	case strings.HasPrefix(rest, "annotation_") || strings.HasPrefix(rest, "annotationpresent_"):
		return fmt.Sprintf("Set the annotation %s: %s on the %s.", f.written(kind, afterWord(rest), true), quoted(acceptedOf(m, rest)), kind)
	case strings.HasPrefix(rest, "label_") || strings.HasPrefix(rest, "labelpresent_"):
		return fmt.Sprintf("Give the %s the label %s: %s, or change the job's rule.", kind, f.written(kind, afterWord(rest), false), quoted(acceptedOf(m, rest)))
	}
	return fmt.Sprintf("The job wants %s to be %s: change the object or the job's rule.", m.Label, accepted)
}

// pattern is for rules that are not a list of literals.
func (f *facts) pattern(s *Step) string {
	for _, v := range s.Sources {
		switch {
		case strings.HasPrefix(v.Label, meta+"pod_phase"):
			return "The pod is in phase " + v.Value + ", which the job leaves out: see kubectl describe pod."
		case v.Label == meta+"pod_ready" || strings.HasSuffix(v.Label, "_conditions_ready"):
			return "The pod is not ready: see its readiness probe in kubectl describe pod."
		case v.Label == meta+"pod_container_init":
			return "An init container has ended when the pod runs; what runs on is an ordinary or a sidecar container."
		}
	}
	return "Change what the rule looks at, or the rule."
}

// afterWord cuts "label_" or "annotationpresent_" off.
func afterWord(s string) string {
	_, name, _ := strings.Cut(s, "_")
	return name
}

// acceptedOf is what an object's own label or annotation must be. A present
// label says only that it is set.
func acceptedOf(m want, rest string) []string {
	if word, _, _ := strings.Cut(rest, "_"); strings.HasSuffix(word, "present") {
		return nil
	}
	return m.accepted
}

func quoted(values []string) string {
	if len(values) == 0 {
		return "(any value)"
	}
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = fmt.Sprintf("%q", v)
	}
	return strings.Join(out, " or ")
}

// written is the name of a label or annotation as it is written on the object.
// Discovery replaces all but letters, digits and underscores, which cannot be
// undone but for names that are on the object or known to everyone.
func (f *facts) written(kind, sanitized string, annotation bool) string {
	var o metav1.Object
	switch {
	case kind == "pod" && f.pod != nil:
		o = f.pod
	case kind == "service" && f.service != nil:
		o = f.service
	}
	if o != nil {
		has := o.GetLabels()
		if annotation {
			has = o.GetAnnotations()
		}
		for name := range has {
			if strutil.SanitizeLabelName(name) == sanitized {
				return name
			}
		}
	}
	for _, known := range []string{"prometheus.io/", "app.kubernetes.io/"} {
		if rest, ok := strings.CutPrefix(sanitized, strutil.SanitizeLabelName(known)); ok {
			return known + strings.ReplaceAll(rest, "_", "-")
		}
	}
	return sanitized
}

// failing says what to do about a scrape's error, if that can be told from it.
// Upstream's errors have no types once they are a target's last error.
func (f *facts) failing(lastError, url, address string) string {
	_, _, err := net.SplitHostPort(address)
	has := func(s string) bool { return strings.Contains(lastError, s) }
	switch {
	case err != nil:
		return "The address has no port: declare the container's port, or set __address__ by a relabel rule."
	case has("sample limit"):
		return "The target exposes more samples than the job's sample_limit: expose fewer, drop some by metric_relabel_configs, or raise the limit."
	case has("target_limit"):
		return "The job has more targets than its target_limit, and scrapes none of them: narrow its rules, or raise the limit."
	case has("body size"):
		return "The answer is larger than the job's body_size_limit: expose less, or raise the limit."
	case has("connection refused"):
		return "Nothing listens there: check the port, and that it listens on more than localhost."
	case has("deadline exceeded"):
		return "No answer within the scrape_timeout: a NetworkPolicy may stop it, or the target is slow."
	case has("404"):
		return "There is no such path: set metrics_path, which is /metrics if not set."
	case has("401"), has("403"):
		return "The target wants credentials: set authorization or basic_auth in the job."
	case has("server gave HTTP response to HTTPS client"):
		return "The target speaks HTTP: set scheme: http in the job."
	case has("malformed HTTP response"), has("400"):
		return "The target may speak HTTPS: set scheme: https in the job."
	case has("x509"):
		return "The target's certificate is not trusted: set tls_config, its ca_file or server_name."
	}
	return "Open " + url + " from inside the cluster to see what it answers."
}
