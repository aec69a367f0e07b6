package storage

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

func claim(size string) *corev1.PersistentVolumeClaim {
	return &corev1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{Name: "data", Namespace: "default"},
		Spec: corev1.PersistentVolumeClaimSpec{
			VolumeName: "pvc-1",
			Resources:  corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse(size)}},
		},
	}
}

func options(node string) controller.ProvisionOptions {
	return controller.ProvisionOptions{
		StorageClass:     &storagev1.StorageClass{ReclaimPolicy: ptr.To(corev1.PersistentVolumeReclaimDelete)},
		PVName:           "pvc-1",
		PVC:              claim("1Gi"),
		SelectedNodeName: node,
	}
}

func TestVolumeIsADirectoryOnTheChosenNode(t *testing.T) {
	p := Provisioner{Dir: t.TempDir()}
	pv, _, err := p.Provision(t.Context(), options("node-2"))
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(pv.Spec.Local.Path); err != nil || !info.IsDir() {
		t.Fatalf("no directory: %v", err)
	}
	if got := pv.Spec.NodeAffinity.Required.NodeSelectorTerms[0].MatchExpressions[0].Values; len(got) != 1 || got[0] != "node-2" {
		t.Errorf("volume belongs to %v, want node-2", got)
	}
	if size := pv.Spec.Capacity[corev1.ResourceStorage]; size.String() != "1Gi" {
		t.Errorf("capacity %s, want 1Gi", size.String())
	}
	// Asked again, as after a crash before the answer was stored.
	if _, _, err := p.Provision(t.Context(), options("node-2")); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(filepath.Join(pv.Spec.Local.Path, "file"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := p.Delete(t.Context(), pv); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(pv.Spec.Local.Path); !os.IsNotExist(err) {
		t.Errorf("the directory is still there: %v", err)
	}
}

func TestRefusals(t *testing.T) {
	p := Provisioner{Dir: t.TempDir()}
	if _, _, err := p.Provision(t.Context(), options("")); err == nil {
		t.Error("provisioned for no node")
	}
	block := options("node-1")
	block.PVC.Spec.VolumeMode = ptr.To(corev1.PersistentVolumeBlock)
	if _, _, err := p.Provision(t.Context(), block); err == nil {
		t.Error("provisioned a block volume")
	}
	outside := t.TempDir()
	pv := &corev1.PersistentVolume{Spec: corev1.PersistentVolumeSpec{PersistentVolumeSource: corev1.PersistentVolumeSource{Local: &corev1.LocalVolumeSource{Path: outside}}}}
	if err := p.Delete(t.Context(), pv); err == nil {
		t.Error("deleted a directory that is not its own")
	}
	if _, err := os.Stat(outside); err != nil {
		t.Error(err)
	}
}

func TestExpand(t *testing.T) {
	for _, tt := range []struct {
		name, provisioner, want string
	}{
		{"our volume grows", Name, "2Gi"},
		{"another's does not", "example.com/other", "1Gi"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			pv := &corev1.PersistentVolume{
				ObjectMeta: metav1.ObjectMeta{Name: "pvc-1", Annotations: map[string]string{provisionedBy: tt.provisioner}},
				Spec:       corev1.PersistentVolumeSpec{Capacity: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Gi")}},
			}
			pvc := claim("2Gi")
			pvc.Status = corev1.PersistentVolumeClaimStatus{Phase: corev1.ClaimBound, Capacity: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Gi")}}
			client := fake.NewClientset(pv, pvc)
			if err := (expander{client: client, logger: slog.New(slog.DiscardHandler)}).expand(t.Context(), pvc); err != nil {
				t.Fatal(err)
			}
			volume, err := client.CoreV1().PersistentVolumes().Get(t.Context(), "pvc-1", metav1.GetOptions{})
			if err != nil {
				t.Fatal(err)
			}
			after, err := client.CoreV1().PersistentVolumeClaims("default").Get(t.Context(), "data", metav1.GetOptions{})
			if err != nil {
				t.Fatal(err)
			}
			for what, list := range map[string]corev1.ResourceList{"volume": volume.Spec.Capacity, "claim": after.Status.Capacity} {
				if size := list[corev1.ResourceStorage]; size.String() != tt.want {
					t.Errorf("the %s has %s, want %s", what, size.String(), tt.want)
				}
			}
		})
	}
}
