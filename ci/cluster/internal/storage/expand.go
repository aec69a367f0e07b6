package storage

import (
	"context"
	"fmt"
	"log/slog"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
)

// expander grants claims that ask for more what they ask for: a directory has no size of its own.
type expander struct {
	client kubernetes.Interface
	logger *slog.Logger
}

// run handles claims until ctx is done. What failed is tried again at the claim's next change.
func (e expander) run(ctx context.Context) error {
	factory := informers.NewSharedInformerFactory(e.client, 0)
	informer := factory.Core().V1().PersistentVolumeClaims().Informer()
	handle := func(object any) {
		claim, ok := object.(*corev1.PersistentVolumeClaim)
		if !ok {
			return
		}
		if err := e.expand(ctx, claim); err != nil {
			e.logger.Error("could not expand a volume", "claim", claim.Namespace+"/"+claim.Name, "err", err)
		}
	}
	_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    handle,
		UpdateFunc: func(_, now any) { handle(now) },
	})
	if err != nil {
		return fmt.Errorf("volume expander: %w", err)
	}
	factory.Start(ctx.Done())
	<-ctx.Done()
	factory.Shutdown()
	return nil
}

// expand raises the volume's capacity first: a claim must never have more than its volume.
func (e expander) expand(ctx context.Context, claim *corev1.PersistentVolumeClaim) error {
	want, has := claim.Spec.Resources.Requests[corev1.ResourceStorage], claim.Status.Capacity[corev1.ResourceStorage]
	if claim.Status.Phase != corev1.ClaimBound || want.Cmp(has) <= 0 {
		return nil
	}
	pv, err := e.client.CoreV1().PersistentVolumes().Get(ctx, claim.Spec.VolumeName, metav1.GetOptions{})
	if err != nil {
		return fmt.Errorf("read volume %s: %w", claim.Spec.VolumeName, err)
	}
	if pv.Annotations[provisionedBy] != Name {
		return nil // somebody else's
	}
	if capacity := pv.Spec.Capacity[corev1.ResourceStorage]; capacity.Cmp(want) < 0 {
		pv.Spec.Capacity[corev1.ResourceStorage] = want
		if _, err := e.client.CoreV1().PersistentVolumes().Update(ctx, pv, metav1.UpdateOptions{}); err != nil {
			return fmt.Errorf("expand volume %s: %w", pv.Name, err)
		}
	}
	claim = claim.DeepCopy()
	claim.Status.Capacity[corev1.ResourceStorage] = want
	claim.Status.Conditions = nil
	if _, err := e.client.CoreV1().PersistentVolumeClaims(claim.Namespace).UpdateStatus(ctx, claim, metav1.UpdateOptions{}); err != nil {
		return fmt.Errorf("tell claim %s of its size: %w", claim.Name, err)
	}
	return nil
}

// provisionedBy is the annotation by which provisioners know their volumes.
const provisionedBy = "pv.kubernetes.io/provisioned-by"
