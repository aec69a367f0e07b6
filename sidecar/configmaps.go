package sidecar

import (
	"context"
	"log/slog"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// NewConfigMaps returns a source of the ConfigMaps that selector selects, in one
// namespace or, if it is empty, in all.
func NewConfigMaps(client kubernetes.Interface, namespace, selector string, log *slog.Logger) *APISource {
	configMaps := client.CoreV1().ConfigMaps(namespace)
	return NewAPISource(APIOptions{
		Name: "configmaps", Kind: dropin.ObjectConfigMap, Namespace: namespace, Selector: selector, Logger: log,
		Client: client, Expected: &corev1.ConfigMap{},
		List: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			return configMaps.List(ctx, o)
		},
		Watch: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			return configMaps.Watch(ctx, o)
		},
		Read: func(obj any) *Object {
			if cm, ok := obj.(*corev1.ConfigMap); ok {
				return FromConfigMap(cm)
			}
			return nil
		},
	})
}

// NewSecrets returns a source of the Secrets that selector selects in one
// namespace. There is none for all namespaces: reading every Secret of a cluster
// would make the sidecar worth breaking into.
func NewSecrets(client kubernetes.Interface, namespace, selector string, log *slog.Logger) *APISource {
	secrets := client.CoreV1().Secrets(namespace)
	return NewAPISource(APIOptions{
		Name: "secrets", Kind: dropin.ObjectSecret, Namespace: namespace, Selector: selector, Logger: log,
		Client: client, Expected: &corev1.Secret{},
		List:  func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) { return secrets.List(ctx, o) },
		Watch: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) { return secrets.Watch(ctx, o) },
		Read: func(obj any) *Object {
			if s, ok := obj.(*corev1.Secret); ok {
				return FromSecret(s)
			}
			return nil
		},
	})
}
