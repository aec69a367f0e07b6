package stack

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

// lastLines is how much of a container's log a report shows.
const lastLines = 15

// describe writes what one would look up about each pod that is not ready. It reports what it
// can get: it is called when something is wrong already.
func (c *Client) describe(ctx context.Context, s *snapshot) string {
	var b strings.Builder
	for _, n := range s.nodes {
		if !nodeReady(n) {
			fmt.Fprintf(&b, "\nnode %s is not ready\n", n.Name)
			c.events(ctx, &b, "", n.Name)
		}
	}
	for _, p := range s.pods {
		reason := podWaiting(p)
		if reason == "" {
			continue
		}
		fmt.Fprintf(&b, "\npod %s/%s: %s, on %s\n", p.Namespace, p.Name, reason, orNone(p.Spec.NodeName))
		for _, cond := range p.Status.Conditions {
			if cond.Status == corev1.ConditionFalse && cond.Message != "" {
				fmt.Fprintf(&b, "  %s: %s\n", cond.Type, cond.Message)
			}
		}
		for _, st := range containers(p) {
			if st.Ready && st.State.Running != nil {
				continue
			}
			fmt.Fprintf(&b, "  container %s: %s\n", st.Name, containerState(st))
			c.log(ctx, &b, p, st)
		}
		c.events(ctx, &b, p.Namespace, p.Name)
	}
	return b.String()
}

func containerState(st corev1.ContainerStatus) string {
	var parts []string
	switch {
	case st.State.Waiting != nil:
		parts = append(parts, "waiting: "+st.State.Waiting.Reason, st.State.Waiting.Message)
	case st.State.Terminated != nil:
		parts = append(parts, ended(st.State.Terminated))
	case st.State.Running != nil:
		parts = append(parts, "running, not ready")
	}
	if st.LastTerminationState.Terminated != nil {
		parts = append(parts, fmt.Sprintf("restarted %d times, last %s", st.RestartCount, ended(st.LastTerminationState.Terminated)))
	}
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), "; ")
}

func ended(t *corev1.ContainerStateTerminated) string {
	return strings.TrimSpace(fmt.Sprintf("ended with %d (%s) %s", t.ExitCode, t.Reason, t.Message))
}

// log writes the container's last lines, those of the run before if it is waiting to be restarted.
func (c *Client) log(ctx context.Context, w io.Writer, p corev1.Pod, st corev1.ContainerStatus) {
	options := &corev1.PodLogOptions{Container: st.Name, TailLines: ptr.To(int64(lastLines)), Previous: st.State.Running == nil && st.RestartCount > 0}
	raw, err := c.api.CoreV1().Pods(p.Namespace).GetLogs(p.Name, options).DoRaw(ctx)
	if err != nil {
		return // it never ran, and its state says so
	}
	for line := range strings.Lines(string(raw)) {
		fmt.Fprintf(w, "    | %s\n", strings.TrimRight(line, "\n"))
	}
}

func (c *Client) events(ctx context.Context, w io.Writer, namespace, name string) {
	list, err := c.api.CoreV1().Events(namespace).List(ctx, metav1.ListOptions{FieldSelector: "involvedObject.name=" + name})
	if err != nil {
		fmt.Fprintf(w, "  events: %v\n", err)
		return
	}
	slices.SortFunc(list.Items, func(a, b corev1.Event) int { return a.LastTimestamp.Compare(b.LastTimestamp.Time) })
	for _, e := range list.Items[max(0, len(list.Items)-8):] {
		fmt.Fprintf(w, "  event: %s %s: %s\n", e.Type, e.Reason, e.Message)
	}
}

func orNone(node string) string {
	if node == "" {
		return "no node yet"
	}
	return node
}

// join lists a few names and counts the rest.
func join(names []string) string {
	const few = 3
	if len(names) <= few {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:few], ", "), len(names)-few)
}
