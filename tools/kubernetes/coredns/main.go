// CoreDNS with the plugins that the Corefiles of local/dns.ts and test/sources name. Most of the others are clients of
// clouds, and take longer to compile than CoreDNS itself.
package main

import (
	"github.com/coredns/coredns/coremain"
	_ "github.com/coredns/coredns/plugin/bind"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/log"
	_ "github.com/coredns/coredns/plugin/template"
)

func main() {
	coremain.Run()
}
