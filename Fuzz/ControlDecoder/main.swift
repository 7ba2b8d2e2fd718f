// SPDX-License-Identifier: Apache-2.0
import FuzzDriver
import Glibc

exit(
    fuzz { data, count in
        fuzzControlDecoder(fuzzInput(data, count))
        return 0
    })
