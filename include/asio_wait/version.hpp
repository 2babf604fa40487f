// SPDX-License-Identifier: BSL-1.0
#pragma once

// The single source of the version: CMake parses this line. major * 10000 + minor * 100 + patch.
#define ASIO_WAIT_VERSION 100

// The inline namespace `asio_wait::v0` is the ABI version. It changes when an archive built from
// one version must not be linked to headers of another, so that a mismatch is a link error.
