package main

import (
	"fmt"
	"net/http"
	"net/url"

	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/proxy"
	translator "k8s.io/apiserver/pkg/util/proxy"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
	"k8s.io/cri-streaming/pkg/streaming"
	"k8s.io/cri-streaming/pkg/streaming/portforward"
	"k8s.io/cri-streaming/pkg/streaming/remotecommand"
	"k8s.io/streaming/pkg/httpstream/wsstream"
)

// kubelet has the streaming routes of a kubelet: it asks the runtime for a URL and proxies to it. Under /translating it
// is one of 1.36, which ends v5 and tunnels itself.
type kubelet struct {
	pods    *podTable
	runtime streamURLs
}

// streamURLs is what a kubelet asks its runtime for: the URL of each session.
type streamURLs interface {
	GetExec(*runtimeapi.ExecRequest) (*runtimeapi.ExecResponse, error)
	GetAttach(*runtimeapi.AttachRequest) (*runtimeapi.AttachResponse, error)
	GetPortForward(*runtimeapi.PortForwardRequest) (*runtimeapi.PortForwardResponse, error)
}

func (k *kubelet) handler() http.Handler {
	mux := http.NewServeMux()
	for prefix, translating := range map[string]bool{"": false, "/translating": true} {
		mux.HandleFunc(prefix+"/exec/{namespace}/{pod}/{container}",
			func(w http.ResponseWriter, r *http.Request) { k.serveStreams(w, r, true, translating) })
		mux.HandleFunc(prefix+"/attach/{namespace}/{pod}/{container}",
			func(w http.ResponseWriter, r *http.Request) { k.serveStreams(w, r, false, translating) })
		mux.HandleFunc(prefix+"/portForward/{namespace}/{pod}",
			func(w http.ResponseWriter, r *http.Request) { k.servePortForward(w, r, translating) })
	}
	return mux
}

// serveStreams serves exec, and attach when it is not exec.
func (k *kubelet) serveStreams(w http.ResponseWriter, r *http.Request, exec, translating bool) {
	options, err := remotecommand.NewOptions(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	pod, ok := k.pods.find(r.PathValue("namespace"), r.PathValue("pod"))
	if !ok {
		http.Error(w, "pod does not exist", http.StatusNotFound)
		return
	}
	var location *url.URL
	if exec {
		location, err = k.execURL(pod, r, options)
	} else {
		location, err = k.attachURL(pod, r, options)
	}
	if err != nil {
		_ = streaming.WriteError(err, w)
		return
	}
	handler := http.Handler(proxy.NewUpgradeAwareHandler(location, nil, false, true, textResponder{}))
	if translating {
		// The tty of the request, even for an attach whose container says otherwise: so does the real one.
		streams := translator.NewStreamTranslatorHandler(location, nil, 0, translator.Options{
			Stdin: options.Stdin, Stdout: options.Stdout, Stderr: options.Stderr, Tty: options.TTY,
		})
		handler = translator.NewTranslatingHandler(
			handler, streams, wsstream.IsWebSocketRequestWithStreamCloseProtocol)
	}
	handler.ServeHTTP(w, r)
}

func (k *kubelet) execURL(pod *corev1.Pod, r *http.Request, options *remotecommand.Options) (*url.URL, error) {
	container, err := runningContainer(pod, r.PathValue("container"))
	if err != nil {
		return nil, err
	}
	response, err := k.runtime.GetExec(&runtimeapi.ExecRequest{
		ContainerId: containerID(pod, container),
		Cmd:         r.URL.Query()["command"],
		Tty:         options.TTY,
		Stdin:       options.Stdin,
		Stdout:      options.Stdout,
		Stderr:      options.Stderr,
	})
	return parseURL(response.GetUrl(), err)
}

// attachURL takes the container's own tty, whatever the request says.
func (k *kubelet) attachURL(pod *corev1.Pod, r *http.Request, options *remotecommand.Options) (*url.URL, error) {
	container, err := runningContainer(pod, r.PathValue("container"))
	if err != nil {
		return nil, err
	}
	response, err := k.runtime.GetAttach(&runtimeapi.AttachRequest{
		ContainerId: containerID(pod, container),
		Tty:         container.TTY,
		Stdin:       options.Stdin,
		Stdout:      options.Stdout,
		Stderr:      options.Stderr,
	})
	return parseURL(response.GetUrl(), err)
}

func (k *kubelet) servePortForward(w http.ResponseWriter, r *http.Request, translating bool) {
	options, err := portforward.NewV4Options(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	pod, ok := k.pods.find(r.PathValue("namespace"), r.PathValue("pod"))
	if !ok {
		http.Error(w, "pod does not exist", http.StatusNotFound)
		return
	}
	response, err := k.runtime.GetPortForward(&runtimeapi.PortForwardRequest{
		PodSandboxId: string(pod.UID), Port: options.Ports,
	})
	location, err := parseURL(response.GetUrl(), err)
	if err != nil {
		_ = streaming.WriteError(err, w)
		return
	}
	handler := http.Handler(proxy.NewUpgradeAwareHandler(location, nil, false, true, textResponder{}))
	if translating {
		handler = translator.NewTranslatingHandler(handler, translator.NewTunnelingHandler(handler),
			wsstream.IsWebSocketRequestWithTunnelingProtocol)
	}
	handler.ServeHTTP(w, r)
}

// runningContainer fails as the runtime's Exec and Attach calls do.
func runningContainer(pod *corev1.Pod, name string) (*corev1.Container, error) {
	for i := range pod.Spec.Containers {
		if pod.Spec.Containers[i].Name != name {
			continue
		}
		if pod.Status.Phase != corev1.PodRunning {
			return nil, grpcstatus.Error(codes.Unknown, "container is in CONTAINER_EXITED state")
		}
		return &pod.Spec.Containers[i], nil
	}
	return nil, fmt.Errorf("container not found (%q)", name)
}

// containerID is how the runtime finds a container again.
func containerID(pod *corev1.Pod, container *corev1.Container) string {
	return pod.Name + "/" + container.Name
}

func parseURL(text string, err error) (*url.URL, error) {
	if err != nil {
		return nil, err
	}
	return url.Parse(text)
}

// textResponder answers as a kubelet does, which has no Status objects.
type textResponder struct{}

func (textResponder) Error(w http.ResponseWriter, _ *http.Request, err error) {
	http.Error(w, err.Error(), http.StatusInternalServerError)
}
