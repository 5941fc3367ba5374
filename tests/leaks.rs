//! Training holds as much memory and as many graph nodes after a thousand steps as after a few.

use neurarust::autograd::live_nodes;
use neurarust::memory_stats;
use neurarust::prelude::*;

/// Live bytes, live buffers, graph nodes.
fn held() -> [usize; 3] {
    let stats = memory_stats();
    [stats.live_bytes, stats.live_storages, live_nodes()]
}

/// What is held after each of `checks` stretches of `steps` steps.
fn train(
    model: &impl Forward,
    x: &Tensor,
    labels: &Tensor,
    steps: usize,
    checks: usize,
) -> Result<Vec<[usize; 3]>> {
    let mut optimizer = Optimizer::new(
        model.parameters(),
        Adam {
            lr: 1e-3,
            ..Adam::default()
        },
    )?;
    let mut after = Vec::new();
    for _ in 0..checks {
        for _ in 0..steps {
            optimizer.zero_grad();
            let logits = model.forward(x)?;
            logits
                .cross_entropy(labels, &CrossEntropy::default())?
                .backward()?;
            optimizer.step()?;
        }
        after.push(held());
    }
    Ok(after)
}

// One test: what is counted is counted for the whole process.
#[test]
fn a_thousand_steps_hold_what_ten_hold() -> Result<()> {
    manual_seed(0);
    let labels = Tensor::randint(0, 10, [8])?;
    let images = Tensor::randn([8, 1, 8, 8])?;
    let before = held();
    {
        // Nothing below could fail if these were not counted.
        let hidden = images.detach().requires_grad()?.exp()?;
        let [bytes, buffers, nodes] = held();
        assert_eq!([buffers, nodes], [before[1] + 1, before[2] + 1]);
        assert!(bytes >= before[0] + hidden.nbytes());
    }
    assert_eq!(held(), before);
    {
        let cnn = sequential![
            Conv2d::builder(1, 4, 3).padding(1).build()?,
            BatchNorm2d::new(4)?,
            ReLU,
            MaxPool2d::new(2)?,
            Flatten::new(),
            Dropout::new(0.5)?,
            Linear::new(4 * 4 * 4, 10)?,
        ];
        let mlp = sequential![
            Flatten::new(),
            Linear::new(64, 32)?,
            Tanh,
            Linear::new(32, 10)?
        ];
        for (name, model) in [("cnn", &cnn), ("mlp", &mlp)] {
            let after = train(model, &images, &labels, 10, 101)?;
            let grown = after.iter().position(|now| *now != after[0]);
            assert_eq!(
                grown, None,
                "{name}: from {:?} to {:?}",
                after[0], after[100]
            );
        }
    }
    assert_eq!(held(), before, "models, optimizers and gradients are gone");
    Ok(())
}
