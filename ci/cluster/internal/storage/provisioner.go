// Package storage provisions volumes: directories under the cluster's own, as local
// volumes of the node that the scheduler chose. Unlike hostPath volumes these get the
// ownership that a pod's fsGroup asks for, like a disk would.
package storage

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

// Name is the provisioner that the StorageClass names.
const Name = "kube-monitoring-stack.io/directory"

// Provisioner makes and removes directories in Dir.
type Provisioner struct {
	Dir string
}

// Run serves the cluster's claims until ctx is done.
func Run(ctx context.Context, kubeconfig, dir string, logger *slog.Logger) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return fmt.Errorf("volume provisioner: %w", err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("volume provisioner: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("volume provisioner: %w", err)
	}
	var group errgroup.Group
	group.Go(func() error { return expander{client: client, logger: logger}.run(ctx) })
	// The host starts one of these, and a restart should not wait for a lease to expire.
	controller.NewProvisionController(ctx, client, Name, Provisioner{Dir: dir}, controller.LeaderElection(false)).Run(ctx)
	return group.Wait()
}

// Provision makes the volume's directory and describes it.
func (p Provisioner) Provision(_ context.Context, o controller.ProvisionOptions) (*corev1.PersistentVolume, controller.ProvisioningState, error) {
	if o.SelectedNodeName == "" {
		return nil, controller.ProvisioningFinished, errors.New("no node chosen: the StorageClass must have volumeBindingMode WaitForFirstConsumer")
	}
	if mode := o.PVC.Spec.VolumeMode; mode != nil && *mode == corev1.PersistentVolumeBlock {
		return nil, controller.ProvisioningFinished, errors.New("block volumes are not provided, only filesystems")
	}
	dir := filepath.Join(p.Dir, o.PVName)
	// Owned by root like the root of a fresh disk: a pod that runs as somebody else needs an fsGroup
	// here as it does everywhere.
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return nil, controller.ProvisioningFinished, fmt.Errorf("make the volume's directory: %w", err)
	}
	pv := &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: o.PVName},
		Spec: corev1.PersistentVolumeSpec{
			PersistentVolumeReclaimPolicy: *o.StorageClass.ReclaimPolicy,
			AccessModes:                   o.PVC.Spec.AccessModes,
			MountOptions:                  o.StorageClass.MountOptions,
			Capacity:                      corev1.ResourceList{corev1.ResourceStorage: o.PVC.Spec.Resources.Requests[corev1.ResourceStorage]},
			PersistentVolumeSource:        corev1.PersistentVolumeSource{Local: &corev1.LocalVolumeSource{Path: dir}},
			NodeAffinity:                  only(o.SelectedNodeName),
		},
	}
	return pv, controller.ProvisioningFinished, nil
}

// Delete removes the volume's directory with everything in it.
func (p Provisioner) Delete(_ context.Context, pv *corev1.PersistentVolume) error {
	if pv.Spec.Local == nil || filepath.Dir(pv.Spec.Local.Path) != p.Dir {
		return fmt.Errorf("volume %s is no directory in %s", pv.Name, p.Dir)
	}
	if err := os.RemoveAll(pv.Spec.Local.Path); err != nil {
		return fmt.Errorf("remove volume %s: %w", pv.Name, err)
	}
	return nil
}

// only is the affinity to one node.
func only(node string) *corev1.VolumeNodeAffinity {
	return &corev1.VolumeNodeAffinity{Required: &corev1.NodeSelector{NodeSelectorTerms: []corev1.NodeSelectorTerm{{
		MatchExpressions: []corev1.NodeSelectorRequirement{{
			Key: corev1.LabelHostname, Operator: corev1.NodeSelectorOpIn, Values: []string{node},
		}},
	}}}}
}
