package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apiserver/pkg/endpoints/handlers/negotiation"
	"k8s.io/apiserver/pkg/endpoints/handlers/responsewriters"
	"k8s.io/apiserver/pkg/endpoints/request"
	translator "k8s.io/apiserver/pkg/util/proxy"
)

// codecs are those of the API types that this server has.
var codecs = func() serializer.CodecFactory {
	scheme := runtime.NewScheme()
	if err := corev1.AddToScheme(scheme); err != nil {
		panic(err)
	}
	metav1.AddToGroupVersion(scheme, schema.GroupVersion{Version: "v1"})
	return serializer.NewCodecFactory(scheme)
}()

type podTable struct {
	pods []*corev1.Pod
}

// newPodTable holds one pod of each kind that streaming treats in its own way; all are in the namespace default.
func newPodTable() *podTable {
	table := &podTable{}
	add := func(name string, labels map[string]string, containers ...corev1.Container) *corev1.Pod {
		pod := &corev1.Pod{
			TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"},
			ObjectMeta: metav1.ObjectMeta{
				Name: name, Namespace: "default", Labels: labels, UID: types.UID("uid-of-" + name),
				CreationTimestamp: metav1.Now(),
			},
			Spec:   corev1.PodSpec{NodeName: "node", Containers: containers},
			Status: running(containers),
		}
		table.pods = append(table.pods, pod)
		return pod
	}
	plain := func(name string) corev1.Container { return corev1.Container{Name: name, Command: ticking} }
	add("web-0", map[string]string{"app": "web"}, plain("app"), plain("sidecar"))
	add("solo-0", map[string]string{"app": "solo"}, plain("main"))
	// Its first process waits for nobody.
	add("idle-0", nil, corev1.Container{Name: "main", Command: []string{"sleep", "1000000000"}})
	add("tty-0", nil, corev1.Container{Name: "main", Stdin: true, TTY: true, Command: shell})
	add("stdin-0", nil, corev1.Container{Name: "main", Stdin: true, Command: answering})
	add("once-0", nil, corev1.Container{Name: "main", Stdin: true, StdinOnce: true, Command: counting})
	add("done-0", nil, plain("main")).Status = corev1.PodStatus{Phase: corev1.PodSucceeded}
	pending := add("pending-0", nil, plain("main"))
	pending.Status = corev1.PodStatus{Phase: corev1.PodPending}
	pending.Spec.NodeName = ""
	return table
}

func running(containers []corev1.Container) corev1.PodStatus {
	status := corev1.PodStatus{
		Phase:      corev1.PodRunning,
		Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}},
	}
	for _, container := range containers {
		status.ContainerStatuses = append(status.ContainerStatuses, corev1.ContainerStatus{
			Name: container.Name, Ready: true, ContainerID: "containerd://" + newID(),
			State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: metav1.Now()}},
		})
	}
	return status
}

// What the containers run, for attach.
var (
	ticking = []string{"sh", "-c",
		`n=0; while :; do n=$((n+1)); echo "tick $n"; echo "tock $n" >&2; sleep 0.1; done`}
	shell     = []string{"sh"}
	answering = []string{"sh", "-c", `while read -r line; do echo "got $line"; echo "err $line" >&2; done`}
	counting  = []string{"sh", "-c", `wc -c; echo over`}
)

func (t *podTable) find(namespace, name string) (*corev1.Pod, bool) {
	for _, pod := range t.pods {
		if pod.Namespace == namespace && pod.Name == name {
			return pod, true
		}
	}
	return nil, false
}

func (t *podTable) get(namespace, name string) (*corev1.Pod, error) {
	if pod, ok := t.find(namespace, name); ok {
		return pod, nil
	}
	return nil, apierrors.NewNotFound(corev1.Resource("pods"), name)
}

// serve answers GET of a pod and of lists.
func (t *podTable) serve(w http.ResponseWriter, r *http.Request, info *request.RequestInfo) {
	object, err := t.answer(r, info)
	if err != nil {
		respondError(w, r, err)
		return
	}
	responsewriters.WriteObjectNegotiated(codecs, negotiation.DefaultEndpointRestrictions,
		corev1.SchemeGroupVersion, w, r, http.StatusOK, object, false)
}

func (t *podTable) answer(r *http.Request, info *request.RequestInfo) (runtime.Object, error) {
	switch info.Verb {
	case "get":
		return t.get(info.Namespace, info.Name)
	case "list":
		byLabels, err := labels.Parse(r.URL.Query().Get("labelSelector"))
		if err != nil {
			return nil, apierrors.NewBadRequest(err.Error())
		}
		byFields, err := fields.ParseSelector(r.URL.Query().Get("fieldSelector"))
		if err != nil {
			return nil, apierrors.NewBadRequest(err.Error())
		}
		list := &corev1.PodList{Items: []corev1.Pod{}}
		for _, pod := range t.pods {
			inNamespace := info.Namespace == "" || info.Namespace == pod.Namespace
			selectable := fields.Set{
				"metadata.name": pod.Name, "metadata.namespace": pod.Namespace,
				"status.phase": string(pod.Status.Phase),
			}
			if inNamespace && byLabels.Matches(labels.Set(pod.Labels)) && byFields.Matches(selectable) {
				list.Items = append(list.Items, *pod)
			}
		}
		return list, nil
	}
	return nil, apierrors.NewMethodNotSupported(corev1.Resource("pods"), info.Verb)
}

// streamOptions are the query of exec, attach and portforward.
type streamOptions struct {
	streams   translator.Options
	container string
	command   []string
	ports     []string
}

func streamOptionsOf(query url.Values) streamOptions {
	flag := func(name string) (value bool) {
		values := query[name]
		// The conversion that the API server's own decoder uses; it returns no error.
		_ = runtime.Convert_Slice_string_To_bool(&values, &value, nil)
		return value
	}
	return streamOptions{
		streams: translator.Options{
			Stdin: flag("stdin"), Stdout: flag("stdout"), Stderr: flag("stderr"), Tty: flag("tty"),
		},
		container: query.Get("container"),
		command:   query["command"],
		ports:     query["ports"],
	}
}

// kubeletPath is path and query of a streaming request on the kubelet.
func (t *podTable) kubeletPath(info *request.RequestInfo, options streamOptions) (*url.URL, error) {
	pod, err := t.get(info.Namespace, info.Name)
	if err != nil {
		return nil, err
	}
	query := url.Values{}
	if info.Subresource == "portforward" {
		if pod.Spec.NodeName == "" {
			return nil, apierrors.NewBadRequest(fmt.Sprintf("pod %s does not have a host assigned", pod.Name))
		}
		if len(options.ports) > 0 {
			query.Set("port", strings.Join(options.ports, ","))
		}
		return &url.URL{
			Path: "/portForward/" + pod.Namespace + "/" + pod.Name, RawQuery: query.Encode(),
		}, nil
	}
	container, err := containerOf(pod, options.container)
	if err != nil {
		return nil, err
	}
	if pod.Spec.NodeName == "" {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("pod %s does not have a host assigned", pod.Name))
	}
	for name, wanted := range map[string]bool{
		"input": options.streams.Stdin, "output": options.streams.Stdout,
		"error": options.streams.Stderr, "tty": options.streams.Tty,
	} {
		if wanted {
			query.Set(name, "1")
		}
	}
	if info.Subresource == "exec" {
		query["command"] = options.command
	}
	return &url.URL{
		Path:     "/" + info.Subresource + "/" + pod.Namespace + "/" + pod.Name + "/" + container,
		RawQuery: query.Encode(),
	}, nil
}

// containerOf refuses in the words of kube-apiserver.
func containerOf(pod *corev1.Pod, name string) (string, error) {
	containers := pod.Spec.Containers
	names := make([]string, len(containers))
	for i, container := range containers {
		names[i] = container.Name
		if container.Name == name {
			return name, nil
		}
	}
	switch {
	case name != "":
		return "", apierrors.NewBadRequest(
			fmt.Sprintf("container %s is not valid for pod %s", name, pod.Name))
	case len(names) == 1:
		return names[0], nil
	default:
		return "", apierrors.NewBadRequest(fmt.Sprintf(
			"a container name must be specified for pod %s, choose one of: %s", pod.Name, names))
	}
}
