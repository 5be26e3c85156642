# SPDX-License-Identifier: Apache-2.0
# Everything a newcomer types. The build itself is meson.build; what these do stands in dev/.
.PHONY: demo test check lint bench deb deb-test torture

demo:    ; @DB=$(DB) dev/demo.sh
test:    ; @dev/test.sh
check:   ; @dev/check.sh
lint:    ; @dev/lint.sh
bench:   ; @dev/bench.sh
deb:     ; @dev/deb.sh
deb-test: deb ; @dev/minimal-root.sh --packages
torture: ; @TORTURE_SECONDS=$(SECONDS) SEED=$(SEED) dev/torture.sh
