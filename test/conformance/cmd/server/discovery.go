package main

import (
	"net/http"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apiserver/pkg/endpoints/handlers/responsewriters"
	"k8s.io/component-base/version"
)

// serveDiscovery answers what kubectl asks before it asks for a pod.
func serveDiscovery(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/healthz", "/livez", "/readyz":
		_, _ = w.Write([]byte("ok"))
	case "/version":
		responsewriters.WriteRawJSON(http.StatusOK, version.Get(), w)
	case "/api":
		responsewriters.WriteRawJSON(http.StatusOK, metav1.APIVersions{
			TypeMeta: metav1.TypeMeta{Kind: "APIVersions"}, Versions: []string{"v1"},
		}, w)
	case "/apis":
		responsewriters.WriteRawJSON(http.StatusOK, metav1.APIGroupList{
			TypeMeta: metav1.TypeMeta{Kind: "APIGroupList", APIVersion: "v1"}, Groups: []metav1.APIGroup{},
		}, w)
	case "/api/v1":
		responsewriters.WriteRawJSON(http.StatusOK, metav1.APIResourceList{
			TypeMeta:     metav1.TypeMeta{Kind: "APIResourceList", APIVersion: "v1"},
			GroupVersion: "v1",
			APIResources: []metav1.APIResource{
				{Name: string(corev1.ResourcePods), SingularName: "pod", Namespaced: true, Kind: "Pod",
					ShortNames: []string{"po"}, Verbs: metav1.Verbs{"get", "list"}},
				{Name: "pods/exec", Namespaced: true, Kind: "PodExecOptions", Verbs: metav1.Verbs{"create", "get"}},
				{Name: "pods/attach", Namespaced: true, Kind: "PodAttachOptions", Verbs: metav1.Verbs{"create", "get"}},
				{Name: "pods/portforward", Namespaced: true, Kind: "PodPortForwardOptions", Verbs: metav1.Verbs{"create", "get"}},
			},
		}, w)
	default:
		http.Error(w, "404 page not found", http.StatusNotFound)
	}
}
