package stack

import (
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Refresh deletes the pods that run another build of an image than the nodes now have, and those
// that are waiting for an image which is there now. Their workloads make new ones at once.
//
// It compares what is with what should be, instead of acting on what this run has changed, so
// a run that was killed in between is made good by the next.
//
// digests holds for each image's reference all digests by which a pod's status may name it.
func (c *Client) Refresh(ctx context.Context, namespaces []string, digests map[string][]string) (int, error) {
	deleted := 0
	for _, ns := range namespaces {
		pods, err := c.api.CoreV1().Pods(ns).List(ctx, metav1.ListOptions{})
		if err != nil {
			return deleted, fmt.Errorf("list pods of %s: %w", ns, err)
		}
		for _, p := range pods.Items {
			if p.DeletionTimestamp != nil || metav1.GetControllerOf(&p) == nil || !stale(p, digests) {
				continue
			}
			err := c.api.CoreV1().Pods(ns).Delete(ctx, p.Name, metav1.DeleteOptions{Preconditions: metav1.NewUIDPreconditions(string(p.UID))})
			if err != nil && !apierrors.IsNotFound(err) && !apierrors.IsConflict(err) {
				return deleted, fmt.Errorf("delete pod %s: %w", p.Name, err)
			}
			deleted++
		}
	}
	return deleted, nil
}

// stale tells whether a container of the pod runs, or waits for, another image than the one at hand.
func stale(p corev1.Pod, digests map[string][]string) bool {
	wants := map[string]string{}
	for _, c := range slices.Concat(p.Spec.InitContainers, p.Spec.Containers) {
		wants[c.Name] = c.Image
	}
	return slices.ContainsFunc(containers(p), func(st corev1.ContainerStatus) bool {
		known, ok := digests[wants[st.Name]]
		if !ok {
			return false
		}
		if w := st.State.Waiting; w != nil && slices.Contains(imageMissing, w.Reason) {
			return true
		}
		return st.ImageID != "" && !slices.ContainsFunc(known, func(d string) bool { return strings.HasSuffix(st.ImageID, d) })
	})
}
