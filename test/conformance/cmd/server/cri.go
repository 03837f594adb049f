package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials/insecure"
	corev1 "k8s.io/api/core/v1"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
)

const criTimeout = 30 * time.Second

// criRuntime is a real container runtime, asked over CRI: the pods of the table are sandboxes and containers of it.
// It may die and come back: the connection to it is made anew by the next call, and containers outlive it.
type criRuntime struct {
	runtimeapi.RuntimeServiceClient
	image *runtimeapi.ImageSpec
	pods  *podTable
	// Guards ids.
	mutex sync.Mutex
	// What the runtime calls them: sandboxes by the pod's UID, containers by containerID().
	ids       map[string]string
	sandboxes []string
	// A folder of this machine, of which each pod has a part as /volume.
	volumes string
}

// newCRIRuntime starts what the running pods of the table consist of.
func newCRIRuntime(socket, image string, pods *podTable) (*criRuntime, error) {
	// As a kubelet tries to reach its runtime again.
	again := grpc.ConnectParams{Backoff: backoff.DefaultConfig, MinConnectTimeout: 5 * time.Second}
	again.Backoff.BaseDelay, again.Backoff.MaxDelay = 100*time.Millisecond, 3*time.Second
	connection, err := grpc.NewClient("unix://"+socket,
		grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithConnectParams(again))
	if err != nil {
		return nil, err
	}
	volumes, err := os.MkdirTemp(filepath.Dir(socket), "volumes-")
	if err != nil {
		return nil, err
	}
	r := &criRuntime{
		volumes:              volumes,
		pods:                 pods,
		RuntimeServiceClient: runtimeapi.NewRuntimeServiceClient(connection),
		image:                &runtimeapi.ImageSpec{Image: image},
		ids:                  map[string]string{},
	}
	ctx, cancel := context.WithTimeout(context.Background(), criTimeout)
	defer cancel()
	if err := r.awaitImage(ctx, runtimeapi.NewImageServiceClient(connection)); err != nil {
		return nil, err
	}
	for _, pod := range pods.pods {
		if pod.Status.Phase != corev1.PodRunning {
			continue
		}
		if err := r.startPod(ctx, pod); err != nil {
			r.removePods()
			return nil, fmt.Errorf("pod %s: %w", pod.Name, err)
		}
	}
	return r, nil
}

// awaitImage gives the runtime time to notice an image that was imported behind its back.
func (r *criRuntime) awaitImage(ctx context.Context, images runtimeapi.ImageServiceClient) error {
	for {
		status, err := images.ImageStatus(ctx, &runtimeapi.ImageStatusRequest{Image: r.image})
		if err != nil || status.Image != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the runtime has no image %s", r.image.Image)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (r *criRuntime) startPod(ctx context.Context, pod *corev1.Pod) error {
	config := sandboxConfig(pod)
	sandbox, err := r.RunPodSandbox(ctx, &runtimeapi.RunPodSandboxRequest{Config: config})
	if err != nil {
		return err
	}
	r.ids[string(pod.UID)] = sandbox.PodSandboxId
	r.sandboxes = append(r.sandboxes, sandbox.PodSandboxId)
	if err := os.Mkdir(filepath.Join(r.volumes, pod.Name), 0o755); err != nil {
		return err
	}
	for i := range pod.Spec.Containers {
		if err := r.startContainer(ctx, pod, i); err != nil {
			return err
		}
	}
	return nil
}

// The host's network needs no plugins; each container has its own processes.
var namespaces = &runtimeapi.NamespaceOption{
	Network: runtimeapi.NamespaceMode_NODE, Pid: runtimeapi.NamespaceMode_CONTAINER,
}

func sandboxConfig(pod *corev1.Pod) *runtimeapi.PodSandboxConfig {
	return &runtimeapi.PodSandboxConfig{
		Metadata: &runtimeapi.PodSandboxMetadata{
			Name: pod.Name, Namespace: pod.Namespace, Uid: string(pod.UID),
		},
		Linux: &runtimeapi.LinuxPodSandboxConfig{
			SecurityContext: &runtimeapi.LinuxSandboxSecurityContext{NamespaceOptions: namespaces},
		},
	}
}

func (r *criRuntime) startContainer(ctx context.Context, pod *corev1.Pod, i int) error {
	spec, status := &pod.Spec.Containers[i], &pod.Status.ContainerStatuses[i]
	created, err := r.CreateContainer(ctx, &runtimeapi.CreateContainerRequest{
		PodSandboxId:  r.id(string(pod.UID)),
		SandboxConfig: sandboxConfig(pod),
		Config: &runtimeapi.ContainerConfig{
			Metadata: &runtimeapi.ContainerMetadata{Name: spec.Name, Attempt: uint32(status.RestartCount)},
			Image:    r.image, Command: spec.Command,
			Stdin: spec.Stdin, StdinOnce: spec.StdinOnce, Tty: spec.TTY,
			Mounts: []*runtimeapi.Mount{
				{ContainerPath: "/volume", HostPath: filepath.Join(r.volumes, pod.Name)},
			},
			Linux: &runtimeapi.LinuxContainerConfig{
				SecurityContext: &runtimeapi.LinuxContainerSecurityContext{NamespaceOptions: namespaces},
			},
		},
	})
	if err != nil {
		return err
	}
	request := &runtimeapi.StartContainerRequest{ContainerId: created.ContainerId}
	if _, err := r.StartContainer(ctx, request); err != nil {
		return err
	}
	r.mutex.Lock()
	r.ids[containerID(pod, spec)] = created.ContainerId
	r.mutex.Unlock()
	status.ContainerID = "containerd://" + created.ContainerId
	return nil
}

// restart kills a pod's first container and starts it again, as a kubelet does after a crash. Nobody may ask for the pod
// meanwhile.
func (r *criRuntime) restart(name string) error {
	pod, err := r.pods.get("default", name)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), criTimeout)
	defer cancel()
	id := r.id(containerID(pod, &pod.Spec.Containers[0]))
	if _, err := r.StopContainer(ctx, &runtimeapi.StopContainerRequest{ContainerId: id}); err != nil {
		return err
	}
	if _, err := r.RemoveContainer(ctx, &runtimeapi.RemoveContainerRequest{ContainerId: id}); err != nil {
		return err
	}
	pod.Status.ContainerStatuses[0].RestartCount++
	return r.startContainer(ctx, pod, 0)
}

func (r *criRuntime) id(key string) string {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.ids[key]
}

// removePods does what it can: the runtime may have died.
func (r *criRuntime) removePods() {
	ctx, cancel := context.WithTimeout(context.Background(), criTimeout)
	defer cancel()
	for _, id := range r.sandboxes {
		_, _ = r.StopPodSandbox(ctx, &runtimeapi.StopPodSandboxRequest{PodSandboxId: id})
		_, _ = r.RemovePodSandbox(ctx, &runtimeapi.RemovePodSandboxRequest{PodSandboxId: id})
	}
	_ = os.RemoveAll(r.volumes)
}

// GetExec, GetAttach and GetPortForward give the URL of a session, which is good for one request.

func (r *criRuntime) GetExec(request *runtimeapi.ExecRequest) (*runtimeapi.ExecResponse, error) {
	request.ContainerId = r.id(request.ContainerId)
	ctx, cancel := context.WithTimeout(context.Background(), criTimeout)
	defer cancel()
	return r.Exec(ctx, request)
}

func (r *criRuntime) GetAttach(request *runtimeapi.AttachRequest) (*runtimeapi.AttachResponse, error) {
	request.ContainerId = r.id(request.ContainerId)
	ctx, cancel := context.WithTimeout(context.Background(), criTimeout)
	defer cancel()
	return r.Attach(ctx, request)
}

func (r *criRuntime) GetPortForward(
	request *runtimeapi.PortForwardRequest,
) (*runtimeapi.PortForwardResponse, error) {
	request.PodSandboxId = r.id(request.PodSandboxId)
	ctx, cancel := context.WithTimeout(context.Background(), criTimeout)
	defer cancel()
	return r.PortForward(ctx, request)
}
