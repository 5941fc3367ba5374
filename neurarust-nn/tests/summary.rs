//! What a model costs, and the spans that its modules leave.

use neurarust_core::ops::attention::Attention;
use neurarust_core::{DType, Result, Tensor, profiler};
use neurarust_nn::{
    BatchNorm2d, Conv2d, Dropout, Flatten, Forward, GELU, LayerNorm, Linear, MaxPool2d, Module,
    ReLU, Training, called, sequential, summary, summary_by,
};
use std::sync::{Mutex, MutexGuard};

/// There is one recording at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(|e| e.into_inner())
}

/// Self-attention of 4 heads: (batch, length, 16) → the same.
#[derive(Module)]
struct Attend {
    q: Linear,
    k: Linear,
    v: Linear,
    out: Linear,
}

impl Forward for Attend {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (batch, length) = (x.dims()[0] as i64, x.dims()[1] as i64);
        let heads = |t: Tensor| t.reshape([batch, length, 4, 4])?.transpose(1, 2);
        let [q, k, v] = [&self.q, &self.k, &self.v].map(|layer| layer.forward(x).and_then(heads));
        let y = q?.scaled_dot_product_attention(&k?, &v?, &Attention::default())?;
        self.out
            .forward(&y.transpose(1, 2)?.reshape([batch, length, 16])?)
    }
}

#[derive(Module)]
struct Block {
    norm: LayerNorm,
    attend: Attend,
    mlp: neurarust_nn::Sequential,
    training: Training,
}

impl Forward for Block {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let x = x.add(&self.attend.call(&self.norm.forward(x)?)?)?;
        x.add(&self.mlp.forward(&x)?)
    }
}

fn block() -> Result<Block> {
    let linear = || Linear::new(16, 16);
    Ok(Block {
        norm: LayerNorm::new([16])?,
        attend: Attend {
            q: linear()?,
            k: linear()?,
            v: linear()?,
            out: linear()?,
        },
        mlp: sequential![Linear::new(16, 64)?, GELU::default(), Linear::new(64, 16)?],
        training: Training::default(),
    })
}

#[test]
fn a_convolutional_net() -> Result<()> {
    let _alone = alone();
    let net = sequential![
        Conv2d::builder(3, 8, 3).padding(1).bias(false).build()?,
        BatchNorm2d::new(8)?,
        ReLU,
        MaxPool2d::new(2)?,
        Flatten::new(),
        Dropout::new(0.5)?,
        Linear::new(8 * 16 * 16, 10)?,
    ];
    let before = net.state_dict();
    let s = summary(&net, &Tensor::ones([2, 3, 32, 32])?)?;
    assert_eq!(s.parameters, net.num_parameters());
    assert_eq!(
        s.layers.iter().map(|l| l.parameters).sum::<usize>(),
        s.parameters
    );
    let conv = 2 * 2 * 8 * 27 * 32 * 32;
    let linear = 2 * 2 * 2048 * 10;
    assert_eq!(s.flops, conv + linear);
    let flops: Vec<_> = s.layers.iter().map(|l| l.flops).collect();
    assert_eq!(flops, [conv + linear, conv, 0, 0, 0, 0, 0, linear]);
    let shape = |i: usize| s.layers[i].output.as_ref().unwrap().dims().to_vec();
    assert_eq!(
        (shape(0), shape(1), shape(4)),
        (vec![2, 10], vec![2, 8, 32, 32], vec![2, 8, 16, 16])
    );
    assert_eq!(s.layers[1].activations, 2 * 8 * 32 * 32 * 4);
    let outputs = 3 * 8 * 32 * 32 + 3 * 8 * 16 * 16 + 10; // of all but the net itself
    assert_eq!(s.activations, 2 * 4 * outputs);
    // It has run as in evaluation: no statistics were collected, and it trains as before.
    let values = |t: &Tensor| t.to_dtype(DType::F64)?.to_vec::<f64>();
    let after = net.state_dict();
    for ((name, t), (_, old)) in after.iter().zip(before.iter()) {
        assert_eq!(values(t)?, values(old)?, "{name}");
    }
    let x = Tensor::ones([2, 3, 32, 32])?;
    assert_ne!(
        net.forward(&x)?.to_vec::<f32>()?,
        net.forward(&x)?.to_vec::<f32>()?
    );
    let text = s.to_string();
    assert!(
        text.contains("[2, 8, 16, 16]") && text.contains("20,722 parameters"),
        "{text}"
    );
    println!("{text}");
    Ok(())
}

#[test]
fn a_block_of_ones_own() -> Result<()> {
    let _alone = alone();
    let block = block()?;
    let s = summary(&block, &Tensor::ones([2, 5, 16])?)?;
    println!("{s}");
    assert_eq!(s.parameters, block.num_parameters());
    let of = |path: &str| s.layers.iter().find(|l| l.path == path).unwrap();
    let one = 2 * 10 * 16 * 16;
    // Scores and the weighted sum, for 2 batches of 4 heads.
    let attention = 2 * (2 * 4 * 5 * 5 * 4) * 2;
    assert_eq!(of("attend.q").flops, one);
    assert_eq!(of("attend").flops, 4 * one + attention);
    assert_eq!(of("mlp").flops, 8 * one);
    assert_eq!(s.flops, 12 * one + attention);
    assert_eq!(of("attend").output.as_ref().unwrap().dims(), [2, 5, 16]);
    assert_eq!(of("").kind, "Block");
    assert!(block.training.is_on());
    Ok(())
}

#[test]
fn parts_that_are_called_twice_shared_or_not_at_all() -> Result<()> {
    let _alone = alone();
    #[derive(Module)]
    struct Net {
        layer: Linear,
        unused: Linear,
        acts: Vec<ReLU>,
    }
    let net = Net {
        layer: Linear::new(4, 4)?,
        unused: Linear::new(9, 9)?,
        acts: vec![ReLU, ReLU],
    };
    let x = Tensor::ones([1, 4])?;
    let s = summary_by(&net, || {
        let h = net.acts[0].forward(&net.layer.forward(&x)?)?;
        net.acts[1].forward(&net.layer.forward(&h)?)
    })?;
    let of = |path: &str| s.layers.iter().find(|l| l.path == path).unwrap();
    assert_eq!((of("layer").calls, of("layer").flops), (2, 2 * 2 * 16));
    assert_eq!(of("unused").calls, 0);
    // Modules without fields share an address: each has its call.
    assert_eq!((of("acts.0").calls, of("acts.1").calls), (1, 1));
    assert!(s.to_string().contains("Linear ×2"));
    Ok(())
}

#[test]
fn an_error_leaves_nothing_behind() -> Result<()> {
    let _alone = alone();
    let block = block()?;
    assert!(summary(&block, &Tensor::ones([2, 5, 17])?).is_err());
    assert!(block.training.is_on() && !profiler::is_on());
    assert!(summary(&block, &Tensor::ones([2, 5, 16])?)?.flops > 0);
    Ok(())
}

#[test]
fn a_profile_names_the_modules() -> Result<()> {
    let _alone = alone();
    let block = block()?;
    let x = Tensor::ones([2, 5, 16])?;
    let (y, profile) = profiler::profile(|| block.call(&x)?.sum()?.backward())?;
    y?;
    let rows = profile.modules();
    let paths: Vec<_> = rows.iter().map(|r| r.name.as_str()).collect();
    assert_eq!(
        paths,
        [
            "Block",
            "Block.norm",
            "Block.attend",
            "Block.attend.q",
            "Block.attend.k",
            "Block.attend.v",
            "Block.attend.out",
            "Block.mlp",
            "Block.mlp.0",
            "Block.mlp.1",
            "Block.mlp.2"
        ]
    );
    let q = rows.iter().find(|r| r.name == "Block.attend.q").unwrap();
    // The output, the weight's gradient and the input's.
    assert_eq!(q.flops, 3 * 2 * 10 * 16 * 16);
    assert!(!q.gradients.is_zero());
    println!("{profile}");
    // What has no model around it stands for itself.
    let layer = Linear::new(16, 2)?;
    let (y, profile) = profiler::profile(|| called(&layer, || layer.forward(&x)))?;
    y?;
    assert_eq!(profile.modules().len(), 1);
    assert_eq!(profile.modules()[0].name, "Linear");
    Ok(())
}
