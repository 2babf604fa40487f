// SPDX-License-Identifier: BSL-1.0
// expect: a task cannot hold a reference; use a pointer or std::reference_wrapper
#include <asio_wait/task.hpp>

#ifdef ASIO_WAIT_NO_MISTAKE
asio_wait::task<int*> mistake;
#else
asio_wait::task<int&> mistake;
#endif
