// Cilium-policy answers what Cilium's own policy engine says about traffic: its repository of policies, without an agent,
// a cluster or a kernel. It reads policies and connections as JSON from its standard input, and prints one verdict for each.
package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"slices"
	"sync"

	"github.com/cilium/cilium/pkg/identity"
	"github.com/cilium/cilium/pkg/identity/identitymanager"
	ciliumv2 "github.com/cilium/cilium/pkg/k8s/apis/cilium.io/v2"
	"github.com/cilium/cilium/pkg/labels"
	"github.com/cilium/cilium/pkg/labelsfilter"
	"github.com/cilium/cilium/pkg/option"
	"github.com/cilium/cilium/pkg/policy"
	"github.com/cilium/cilium/pkg/policy/types"
	"github.com/cilium/cilium/pkg/u8proto"
)

// input is what is asked.
type input struct {
	Policies []ciliumv2.CiliumNetworkPolicy `json:"policies"`
	Traffic  []connection                   `json:"traffic"`
}

type connection struct {
	From     end    `json:"from"`
	To       end    `json:"to"`
	Port     uint16 `json:"port"`
	Protocol string `json:"protocol"`
}

// end is a pod, or an address outside of the cluster, or something that Cilium knows by itself.
type end struct {
	IP  string `json:"ip"`
	Pod *pod   `json:"pod"`
	// Names of reserved labels, for example host, remote-node, kube-apiserver.
	Entities []string `json:"entities"`
}

type pod struct {
	Namespace       string            `json:"namespace"`
	NamespaceLabels map[string]string `json:"namespaceLabels"`
	Labels          map[string]string `json:"labels"`
}

// verdict is what the policies of each end say.
type verdict struct {
	Egress  bool `json:"egress"`
	Ingress bool `json:"ingress"`
}

func main() {
	verdicts, err := answer()
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(verdicts)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func answer() ([]verdict, error) {
	var asked input
	decoder := json.NewDecoder(os.Stdin)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&asked); err != nil {
		return nil, fmt.Errorf("standard input: %w", err)
	}
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	// What an agent in Kubernetes is started with.
	option.Config.EnableIPv4, option.Config.EnableIPv6 = true, true
	option.Config.UnsafeDaemonConfigOption.AllowLocalhost = option.AllowLocalhostAlways
	if err := labelsfilter.ParseLabelPrefixCfg(logger, nil, nil, ""); err != nil {
		return nil, err
	}

	identities := map[string]*identity.Identity{}
	for _, one := range asked.Traffic {
		for _, end := range []end{one.From, one.To} {
			if err := end.addTo(identities); err != nil {
				return nil, err
			}
		}
	}
	known := identity.IdentityMap{}
	for _, one := range identities {
		known[one.ID] = one.LabelArray
	}
	manager := identitymanager.NewIDManager(logger)
	repository := policy.NewPolicyRepository(logger, known, nil, nil, manager, uncounted{})
	manager.Subscribe(subjects{repository.GetSubjectSelectorCache()})
	for _, one := range asked.Policies {
		rules, err := one.Parse(logger, "")
		if err != nil {
			return nil, fmt.Errorf("%s/%s: %w", one.Namespace, one.Name, err)
		}
		repository.MustAddList(rules)
	}

	verdicts := make([]verdict, 0, len(asked.Traffic))
	for _, one := range asked.Traffic {
		protocol, err := u8proto.ParseProtocol(one.Protocol)
		if err != nil {
			return nil, err
		}
		flow := types.Flow{From: identities[one.From.key()], To: identities[one.To.key()], Proto: protocol, Dport: one.Port}
		found, _, _, err := policy.LookupFlow(logger, repository, manager, flow)
		if err != nil {
			return nil, err
		}
		verdicts = append(verdicts, verdict{
			Egress:  found.Egress == types.DecisionAllowed,
			Ingress: found.Ingress == types.DecisionAllowed,
		})
	}
	return verdicts, nil
}

func (e end) key() string {
	text, err := json.Marshal(e)
	if err != nil {
		panic(err) // of texts
	}
	return string(text)
}

// addTo gives an end its identity: the set of labels that policies select it by. Equal ends have one.
func (e end) addTo(identities map[string]*identity.Identity) error {
	if _, known := identities[e.key()]; known {
		return nil
	}
	set := labels.Labels{}
	id := identity.NumericIdentity(1000 + len(identities))
	for _, entity := range e.Entities {
		set.MergeLabels(labels.Labels{entity: labels.NewLabel(entity, "", labels.LabelSourceReserved)})
	}
	switch {
	case e.Pod != nil:
		all := labels.Map2Labels(e.Pod.Labels, labels.LabelSourceK8s)
		own := map[string]string{"io.kubernetes.pod.namespace": e.Pod.Namespace}
		for name, value := range e.Pod.NamespaceLabels {
			own["io.cilium.k8s.namespace.labels."+name] = value
		}
		all.MergeLabels(labels.Map2Labels(own, labels.LabelSourceK8s))
		// Labels that differ from pod to pod of one workload are no part of an identity.
		relevant, _ := labelsfilter.Filter(all)
		set.MergeLabels(relevant)
	case slices.ContainsFunc(e.Entities, isOfCluster):
		id = identity.NumericIdentity(identity.IdentityScopeRemoteNode) + id
	default: // an address outside of the cluster, which may be that of the API server
		address, err := netip.ParseAddr(e.IP)
		if err != nil {
			return err
		}
		set.MergeLabels(labels.GetCIDRLabels(netip.PrefixFrom(address, address.BitLen())))
		id = identity.NumericIdentity(identity.IdentityScopeLocal) + id
	}
	identities[e.key()] = identity.NewIdentity(id, set)
	return nil
}

// isOfCluster tells whether Cilium knows an entity without its addresses, and so matches no address there.
func isOfCluster(entity string) bool {
	return entity == labels.IDNameHost || entity == labels.IDNameRemoteNode || entity == labels.IDNameIngress
}

// subjects tells the repository of the identities that policies may be for.
type subjects struct{ cache *policy.SelectorCache }

func (s subjects) LocalEndpointIdentityAdded(one *identity.Identity) {
	s.cache.UpdateIdentities(identity.IdentityMap{one.ID: one.LabelArray}, nil, &sync.WaitGroup{})
}

func (s subjects) LocalEndpointIdentityRemoved(one *identity.Identity) {
	s.cache.UpdateIdentities(nil, identity.IdentityMap{one.ID: one.LabelArray}, &sync.WaitGroup{})
}

// uncounted keeps no metrics.
type uncounted struct{}

func (uncounted) AddRule(types.PolicyEntry) {}
func (uncounted) DelRule(types.PolicyEntry) {}
