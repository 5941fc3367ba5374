//! Files as NumPy 2 and the Python package `safetensors` 0.8 wrote them.

pub const C_F4: &[u8] = b"\x93NUMPY\x01\0v\0{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }                           \
      \x20                              \n\0\0\xc0?\0\0\0\xc0\0\0@@\0\0\x80@\0\0\xa0@\0\0\xc8@";
pub const FORTRAN_BIG_I2: &[u8] = b"\x93NUMPY\x01\0v\0{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }                            \
      \x20                              \n\0\x01\0\x04\xff\xfe\0\x05\x01,\xff\xfa";
pub const V2_BOOL: &[u8] = b"\x93NUMPY\x02\0t\0\0\0{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }                         \
      \x20                                \n\x01\0\x01";
pub const SCALAR_F8: &[u8] = b"\x93NUMPY\x01\0v\0{'descr': '<f8', 'fortran_order': False, 'shape': (), }                               \
      \x20                              \n\0\0\0\0\0\0\n@";
pub const EMPTY_F2: &[u8] = b"\x93NUMPY\x01\0v\0{'descr': '<f2', 'fortran_order': False, 'shape': (0, 3), }                           \
      \x20                              \n";
pub const U4: &[u8] = b"\x93NUMPY\x01\0v\0{'descr': '<u4', 'fortran_order': False, 'shape': (2,), }                             \
      \x20                              \n\xff\xff\xff\xff\x07\0\0\0";
pub const U8_LARGE: &[u8] = b"\x93NUMPY\x01\0v\0{'descr': '<u8', 'fortran_order': False, 'shape': (2,), }                             \
      \x20                              \n\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x80";
pub const COMPLEX: &[u8] = b"\x93NUMPY\x01\0v\0{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }                             \
      \x20                              \n\0\0\0\0\0\0\x80?";
pub const STORED_NPZ: &[u8] = b"PK\x03\x04-\0\0\0\0\0\0\0!\0\x02\xec\xbd\xa9\xff\xff\xff\xff\xff\xff\xff\xff\x05\0\x14\0x.npy\x01\0\x10\
      \0\x8c\0\0\0\0\0\0\0\x8c\0\0\0\0\0\0\0\x93NUMPY\x01\0v\0{'descr': '<i4', 'fortran_order': False, 'shape'\
      : (3,), }                                                            \n\0\0\0\0\x01\0\0\0\x02\0\0\0PK\
      \x03\x04-\0\0\0\0\0\0\0!\0\xba4.s\xff\xff\xff\xff\xff\xff\xff\xff\x05\0\x14\0y.npy\x01\0\x10\0\x81\0\0\0\
      \0\0\0\0\x81\0\0\0\0\0\0\0\x93NUMPY\x01\0v\0{'descr': '|b1', 'fortran_order': False, 'shape': (1,), }   \
      \x20                                                        \n\x01PK\x01\x02-\x03-\0\0\0\0\0\0\0!\0\x02\
      \xec\xbd\xa9\x8c\0\0\0\x8c\0\0\0\x05\0\0\0\0\0\0\0\0\0\0\0\x80\x01\0\0\0\0x.npyPK\x01\x02-\x03-\0\0\0\0\
      \0\0\0!\0\xba4.s\x81\0\0\0\x81\0\0\0\x05\0\0\0\0\0\0\0\0\0\0\0\x80\x01\xc3\0\0\0y.npyPK\x05\x06\0\0\0\0\
      \x02\0\x02\0f\0\0\0{\x01\0\0\0\0";
pub const DEFLATED_NPZ: &[u8] = b"PK\x03\x04-\0\0\0\x08\0\0\0!\0\x02\xec\xbd\xa9\xff\xff\xff\xff\xff\xff\xff\xff\x05\0\x14\0x.npy\x01\0\
      \x10\0\x8c\0\0\0\0\0\0\0L\0\0\0\0\0\0\0\x9b\xec\x17\xea\x1b\x10\xc9\xc8P\xc6P\xad\x9e\x92Z\x9c\x5c\xa4n\
      \xa5\xa0n\x93i\xa2\xae\xa3\xa0\x9e\x96_TR\x94\x98\x17\x9f_\x94\x92\n\x12wK\xcc)N\x05\x8a\x17g$\x16\xa4\
      \x02\xf9\x1a\xc6:\x9a:\n\xb5\n\x14\0.\x06 `\x04b& \x06\0PK\x03\x04-\0\0\0\x08\0\0\0!\0\xf9%\xd1\xc1\xff\
      \xff\xff\xff\xff\xff\xff\xff\x05\0\x14\0z.npy\x01\0\x10\0\xc0\x06\0\0\0\0\0\0U\0\0\0\0\0\0\0\x9b\xec\x17\
      \xea\x1b\x10\xc9\xc8P\xc6P\xad\x9e\x92Z\x9c\x5c\xa4n\xa5\xa0n\x93f\xa2\xae\xa3\xa0\x9e\x96_TR\x94\x98\
      \x17\x9f_\x94\x92\n\x12wK\xcc)N\x05\x8a\x17g$\x16\xa4\x02\xf9\x1aF\x06:\nF\x06\x9a:\n\xb5\nd\x02.\x86Q0\
      \nF\xc1(\x18\x05\xa3\x80\x0c\0\0PK\x01\x02-\x03-\0\0\0\x08\0\0\0!\0\x02\xec\xbd\xa9L\0\0\0\x8c\0\0\0\x05\
      \0\0\0\0\0\0\0\0\0\0\0\x80\x01\0\0\0\0x.npyPK\x01\x02-\x03-\0\0\0\x08\0\0\0!\0\xf9%\xd1\xc1U\0\0\0\xc0\
      \x06\0\0\x05\0\0\0\0\0\0\0\0\0\0\0\x80\x01\x83\0\0\0z.npyPK\x05\x06\0\0\0\0\x02\0\x02\0f\0\0\0\x0f\x01\0\
      \0\0\0";
pub const SAFETENSORS: &[u8] = b"\xb8\x01\0\0\0\0\0\0{\x22__metadata__\x22:{\x22format\x22:\x22np\x22},\x22ids\x22:{\x22dtype\x22:\x22I64\
      \x22,\x22shape\x22:[2],\x22data_offsets\x22:[0,16]},\x22scalar\x22:{\x22dtype\x22:\x22F64\x22,\x22shape\
      \x22:[],\x22data_offsets\x22:[16,24]},\x22empty\x22:{\x22dtype\x22:\x22F32\x22,\x22shape\x22:[0,4],\x22d\
      ata_offsets\x22:[24,24]},\x22w\x22:{\x22dtype\x22:\x22F32\x22,\x22shape\x22:[2,2],\x22data_offsets\x22:[\
      24,40]},\x22h\x22:{\x22dtype\x22:\x22F16\x22,\x22shape\x22:[1],\x22data_offsets\x22:[40,42]},\x22u\x22:{\
      \x22dtype\x22:\x22U16\x22,\x22shape\x22:[1],\x22data_offsets\x22:[42,44]},\x22mask\x22:{\x22dtype\x22:\
      \x22BOOL\x22,\x22shape\x22:[2],\x22data_offsets\x22:[44,46]}}      \x07\0\0\0\0\0\0\0\xf8\xff\xff\xff\
      \xff\xff\xff\xff\0\0\0\0\0\0\0@\0\0\x80?\0\0\0@\0\0@@\0\0\x90@\08\xff\xff\x01\0";
