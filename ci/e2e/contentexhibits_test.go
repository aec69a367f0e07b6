package e2e

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// exhibit is the name of what a test makes so that there is something to show.
const exhibit = "exhibit"

// exhibits are a namespace with one of everything that Kubernetes tells of and
// that an empty cluster lacks: workloads of each kind, limits, a quota, a budget
// for disruptions, an autoscaler, a container that crashes, a Job that fails, a pod that
// fits nowhere, a drop-in that is refused.
type exhibits struct{ namespace, pod string }

func (c *cluster) exhibit(t *testing.T) exhibits {
	t.Helper()
	e := exhibits{namespace: c.team(t)}
	image, err := c.smallImage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	labels := map[string]string{"app": exhibit}
	runs := podTemplate(labels, image, "--web.listen-address=:9100")
	runs.Spec.Volumes = []corev1.Volume{{Name: exhibit, VolumeSource: corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: exhibit}}}}
	runs.Spec.Containers[0].VolumeMounts = []corev1.VolumeMount{{Name: exhibit, MountPath: "/exhibit"}}
	one := int32(1)
	meta := metav1.ObjectMeta{Name: exhibit, Namespace: e.namespace}
	own := func(app string) (*metav1.LabelSelector, map[string]string) {
		l := map[string]string{"app": app}
		return &metav1.LabelSelector{MatchLabels: l}, l
	}
	ctx, none := t.Context(), metav1.CreateOptions{}
	selector, _ := own(exhibit)
	alone, aloneLabels := own("alone")
	once := podTemplate(nil, image, "--version")
	once.Spec.RestartPolicy = corev1.RestartPolicyNever
	crashes := podTemplate(nil, image, "--no-such-flag")
	bare := podTemplate(nil, image, "--web.listen-address=:9100")
	nowhere := podTemplate(nil, image, "--version")
	nowhere.Spec.NodeSelector = map[string]string{exhibit: "nowhere"}
	for what, create := range map[string]func() error{
		"claim of a volume": func() error {
			_, err := c.client.CoreV1().PersistentVolumeClaims(e.namespace).Create(ctx, &corev1.PersistentVolumeClaim{ObjectMeta: meta, Spec: corev1.PersistentVolumeClaimSpec{
				AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
				Resources:   corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{"storage": resource.MustParse("16Mi")}},
			}}, none)
			return err
		},
		"Deployment": func() error {
			_, err := c.client.AppsV1().Deployments(e.namespace).Create(ctx, &appsv1.Deployment{ObjectMeta: meta, Spec: appsv1.DeploymentSpec{Replicas: &one, Selector: selector, Template: runs}}, none)
			return err
		},
		"ReplicaSet": func() error {
			_, err := c.client.AppsV1().ReplicaSets(e.namespace).Create(ctx, &appsv1.ReplicaSet{
				ObjectMeta: metav1.ObjectMeta{Name: "alone", Namespace: e.namespace},
				Spec:       appsv1.ReplicaSetSpec{Replicas: &one, Selector: alone, Template: podTemplate(aloneLabels, image, "--web.listen-address=:9100")},
			}, none)
			return err
		},
		"Job": func() error {
			_, err := c.client.BatchV1().Jobs(e.namespace).Create(ctx, &batchv1.Job{ObjectMeta: meta, Spec: batchv1.JobSpec{Template: once}}, none)
			return err
		},
		"Job that fails": func() error {
			fails := podTemplate(nil, image, "--no-such-flag")
			fails.Spec.RestartPolicy = corev1.RestartPolicyNever
			_, err := c.client.BatchV1().Jobs(e.namespace).Create(ctx, &batchv1.Job{
				ObjectMeta: metav1.ObjectMeta{Name: "fails", Namespace: e.namespace}, Spec: batchv1.JobSpec{BackoffLimit: new(int32), Template: fails},
			}, none)
			return err
		},
		"CronJob": func() error {
			_, err := c.client.BatchV1().CronJobs(e.namespace).Create(ctx, &batchv1.CronJob{ObjectMeta: meta, Spec: batchv1.CronJobSpec{
				Schedule: "0 0 1 1 *", JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{Template: once}},
			}}, none)
			return err
		},
		"pod": func() error {
			_, err := c.client.CoreV1().Pods(e.namespace).Create(ctx, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "bare", Namespace: e.namespace}, Spec: bare.Spec}, none)
			return err
		},
		"pod that crashes": func() error {
			_, err := c.client.CoreV1().Pods(e.namespace).Create(ctx, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "crashes", Namespace: e.namespace}, Spec: crashes.Spec}, none)
			return err
		},
		"pod that fits nowhere": func() error {
			_, err := c.client.CoreV1().Pods(e.namespace).Create(ctx, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "nowhere", Namespace: e.namespace}, Spec: nowhere.Spec}, none)
			return err
		},
		"quota": func() error {
			_, err := c.client.CoreV1().ResourceQuotas(e.namespace).Create(ctx, &corev1.ResourceQuota{ObjectMeta: meta, Spec: corev1.ResourceQuotaSpec{
				Hard: corev1.ResourceList{"pods": resource.MustParse("20"), "requests.cpu": resource.MustParse("1")},
			}}, none)
			return err
		},
		"disruption budget": func() error {
			_, err := c.client.PolicyV1().PodDisruptionBudgets(e.namespace).Create(ctx, &policyv1.PodDisruptionBudget{ObjectMeta: meta, Spec: policyv1.PodDisruptionBudgetSpec{
				MinAvailable: &intstr.IntOrString{IntVal: 1}, Selector: selector,
			}}, none)
			return err
		},
		"autoscaler": func() error {
			_, err := c.client.AutoscalingV2().HorizontalPodAutoscalers(e.namespace).Create(ctx, &autoscalingv2.HorizontalPodAutoscaler{ObjectMeta: meta, Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
				ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: exhibit}, MaxReplicas: 2,
			}}, none)
			return err
		},
	} {
		if err := create(); err != nil {
			t.Fatalf("create the %s to look at: %v", what, err)
		}
	}
	c.apply(t, e.namespace, "refused", "rules", map[string]string{"rules.yaml": "groups: [{name: a, rules: [{record: b, expr: 'sum('}]}]\n"})
	await(t, 2*time.Minute, time.Second, "the pod to look at", func(ctx context.Context) error {
		list, err := c.client.CoreV1().Pods(e.namespace).List(ctx, metav1.ListOptions{LabelSelector: "app=" + exhibit})
		if err != nil {
			return err
		}
		for _, p := range list.Items {
			if ready(&p) {
				e.pod = p.Name
				return nil
			}
		}
		return fmt.Errorf("%d pods, none ready", len(list.Items))
	})
	return e
}

// smallImage is one that is on every node already: node-exporter's.
func (c *cluster) smallImage(ctx context.Context) (string, error) {
	list, err := c.client.CoreV1().Pods(c.namespace).List(ctx, metav1.ListOptions{
		LabelSelector: "app.kubernetes.io/component=node-exporter,app.kubernetes.io/instance=" + c.release,
	})
	if err != nil {
		return "", err
	}
	if len(list.Items) == 0 {
		return "", errors.New("the release has no node-exporter")
	}
	return list.Items[0].Spec.Containers[0].Image, nil
}

func podTemplate(labels map[string]string, image string, args ...string) corev1.PodTemplateSpec {
	grace := int64(0)
	return corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{Labels: labels},
		Spec: corev1.PodSpec{
			TerminationGracePeriodSeconds: &grace,
			Containers: []corev1.Container{{
				Name: exhibit, Image: image, ImagePullPolicy: corev1.PullIfNotPresent, Args: args,
				Resources: corev1.ResourceRequirements{
					Requests: corev1.ResourceList{"cpu": resource.MustParse("5m"), "memory": resource.MustParse("16Mi")},
					Limits:   corev1.ResourceList{"cpu": resource.MustParse("100m"), "memory": resource.MustParse("64Mi")},
				},
			}},
		},
	}
}
