//! Special functions against values computed with 30 digits, their gradients, their edges, and what surrounds them.

use neurarust_core::autograd::{Tolerance, gradcheck, gradgradcheck};
use neurarust_core::{DType, ErrorKind, Result, Tensor};

type Function = fn(&Tensor) -> Result<Tensor>;
/// Name, function, arguments and values.
type Case<'a> = (&'a str, Function, &'a [(f64, f64)]);

fn number(x: f64) -> Tensor {
    Tensor::from_vec(vec![x], ()).unwrap()
}

fn value(t: Result<Tensor>) -> f64 {
    t.unwrap().item::<f64>().unwrap()
}

fn close(what: &str, got: f64, want: f64, tolerance: f64) {
    let same = got == want || (got.is_nan() && want.is_nan());
    assert!(
        same || (got - want).abs() <= tolerance * want.abs(),
        "{what}: {got:e}, expected {want:e}"
    );
}

#[test]
fn values_have_their_digits() {
    let cases: &[Case] = &[
        (
            "lgamma",
            |x| x.lgamma(),
            &[
                (0.3, 1.0957979948180756),
                (-1.7, 0.9218446876946375),
                (25.5, 56.389167643719944),
            ],
        ),
        (
            "digamma",
            |x| x.digamma(),
            &[
                (1e-08, -100000000.57721564),
                (0.3, -3.502524222200133),
                (-1.7, -1.4857174995110567),
                (9.99, 2.250700372831201),
                (500.0, 6.213607765088992),
            ],
        ),
        (
            "trigamma",
            |x| x.polygamma(1.0),
            &[
                (0.3, 12.245364546107732),
                (-1.7, 14.632201633884014),
                (60.0, 0.016806327117635387),
            ],
        ),
        (
            "polygamma5",
            |x| x.polygamma(5.0),
            &[(0.3, 164634.84609922304), (10.5, 0.00023704787507685852)],
        ),
        (
            "polygamma30",
            |x| x.polygamma(30.0),
            &[
                (1.5, -9.222127066162056e+26),
                (10.5, -6.2224465669723275),
                (60.0, -5.0850062650747e-23),
            ],
        ),
        (
            "erfinv",
            |x| x.erfinv(),
            &[
                (1e-10, 8.862269254527581e-11),
                (0.3, 0.2724627147267543),
                (-0.7, -0.7328690779592167),
                (0.99999999, 4.052237243268763),
            ],
        ),
        (
            "erfcx",
            |x| x.erfcx(),
            &[
                (-3.0, 16205.988853999586),
                (0.5, 0.6156903441929259),
                (19.9, 0.028315573983185766),
                (20.1, 0.028034523526966875),
                (150.0, 0.003761180312247992),
            ],
        ),
        (
            "ndtr",
            |x| x.ndtr(),
            &[
                (-7.7, 6.803311540773961e-15),
                (-0.3, 0.3820885778110474),
                (1.5, 0.9331927987311419),
            ],
        ),
        (
            "log_ndtr",
            |x| x.log_ndtr(),
            &[
                (-100.0, -5005.524208694205),
                (-1.5, -2.7059444008238898),
                (0.77, -0.24929497119823052),
                (5.0, -2.866516129637636e-07),
            ],
        ),
        (
            "ndtri",
            |x| x.ndtri(),
            &[
                (1e-17, -8.493793224109599),
                (0.0199, -2.055818646612404),
                (0.0201, -2.0516879352986974),
                (0.3, -0.5244005127080408),
                (0.9999, 3.7190164854557084),
            ],
        ),
        (
            "i0",
            |x| x.i0(),
            &[
                (-2.0, 2.2795853023360673),
                (29.0, 292520631785.69086),
                (31.0, 2089962966491.9038),
                (700.0, 1.5295933476718737e+302),
            ],
        ),
        (
            "i1",
            |x| x.i1(),
            &[
                (-2.0, -1.590636854637329),
                (29.0, 287432108126.2548),
                (31.0, 2055972795294.5647),
                (700.0, 1.5285003902339006e+302),
            ],
        ),
        (
            "i0e",
            |x| x.i0e(),
            &[(0.3, 0.7575806251825479), (500.0, 0.017845706500153168)],
        ),
        (
            "i1e",
            |x| x.i1e(),
            &[(0.3, 0.1123775606398388), (500.0, 0.017827851852898056)],
        ),
        (
            "k0",
            |x| x.modified_bessel_k0(),
            &[
                (0.001, 7.023688800562382),
                (0.77, 0.5919594274051722),
                (1.0, 0.42102443824070834),
                (7.7, 0.0002014200503026922),
                (60.0, 1.4138978405591078e-27),
            ],
        ),
        (
            "k1",
            |x| x.modified_bessel_k1(),
            &[
                (0.001, 999.9962381560856),
                (0.77, 0.9130488030061186),
                (1.0, 0.6019072301972346),
                (7.7, 0.00021412087277786),
                (60.0, 1.4256320265171043e-27),
            ],
        ),
        (
            "scaled k0",
            |x| x.scaled_modified_bessel_k0(),
            &[
                (0.3, 1.8526273007720142),
                (29.0, 0.23175021980076457),
                (31.0, 0.2242101374192749),
            ],
        ),
        (
            "scaled k1",
            |x| x.scaled_modified_bessel_k1(),
            &[
                (0.3, 4.12515776224447),
                (29.0, 0.2357125956165557),
                (31.0, 0.2277981625945925),
            ],
        ),
        (
            "j0",
            |x| x.bessel_j0(),
            &[
                (0.3, 0.9776262465382961),
                (7.7, 0.23455913958646438),
                (60.0, -0.09147180408906187),
            ],
        ),
        (
            "j1",
            |x| x.bessel_j1(),
            &[
                (0.3, 0.148318816273104),
                (7.7, 0.181312715324588),
                (60.0, 0.046598383758166315),
            ],
        ),
        (
            "y0",
            |x| x.bessel_y0(),
            &[
                (0.3, -0.8072735778045195),
                (7.7, 0.1658016324238965),
                (60.0, 0.0473589522094494),
            ],
        ),
        (
            "y1",
            |x| x.bessel_y1(),
            &[
                (0.3, -2.2931051383885293),
                (7.7, -0.22431847434300814),
                (60.0, 0.09186960936986689),
            ],
        ),
        (
            "spherical j0",
            |x| x.spherical_bessel_j0(),
            &[
                (1e-06, 0.9999999999998334),
                (0.3, 0.9850673555377986),
                (7.7, 0.1283335368671429),
            ],
        ),
        (
            "airy_ai",
            |x| x.airy_ai(),
            &[
                (-15.0, 0.2782174908708289),
                (-10.2, -0.15369678260708255),
                (-9.6, 0.31465158331169335),
                (-5.5, 0.017781541276574976),
                (-1.2, 0.5261943748021201),
                (0.4, 0.2547423542956763),
                (2.6, 0.013289282529671482),
                (3.01, 0.006472993418105543),
                (20.0, 1.6916728686705404e-27),
            ],
        ),
        (
            "sinc",
            |x| x.sinc(),
            &[
                (1e-06, 0.9999999999983551),
                (0.3, 0.8583936913341398),
                (2.5, 0.12732395447351627),
            ],
        ),
        (
            "mvlgamma",
            |x| x.mvlgamma(3),
            &[(1.5, 2.1686775340635553), (7.7, 22.62491809480353)],
        ),
        (
            "T5",
            |x| x.chebyshev_polynomial_t(5.0),
            &[(-0.9, 0.6321599999999998), (0.3, 0.99888), (2.0, 362.0)],
        ),
        (
            "T100",
            |x| x.chebyshev_polynomial_t(100.0),
            &[(0.3, 0.5843957271937806), (-1.25, 6.338253001141147e+29)],
        ),
        (
            "U3",
            |x| x.chebyshev_polynomial_u(3.0),
            &[(-0.9, -2.232), (0.3, -0.984), (2.0, 56.0)],
        ),
        (
            "V2",
            |x| x.chebyshev_polynomial_v(2.0),
            &[(-0.9, 4.04), (0.3, -1.24), (2.0, 11.0)],
        ),
        (
            "W2",
            |x| x.chebyshev_polynomial_w(2.0),
            &[
                (-0.9, 0.4400000000000001),
                (0.3, -0.04000000000000005),
                (2.0, 19.0),
            ],
        ),
        (
            "shifted T2",
            |x| x.shifted_chebyshev_polynomial_t(2.0),
            &[(-0.9, 14.68), (0.3, -0.6799999999999999), (2.0, 17.0)],
        ),
        (
            "H4",
            |x| x.hermite_polynomial_h(4.0),
            &[(-0.9, -16.3824), (0.3, 7.8096000000000005), (2.0, 76.0)],
        ),
        (
            "He3",
            |x| x.hermite_polynomial_he(3.0),
            &[(-0.9, 1.971), (0.3, -0.873), (2.0, 2.0)],
        ),
        (
            "L4",
            |x| x.laguerre_polynomial_l(4.0),
            &[
                (-0.9, 7.5433375),
                (0.3, 0.05233750000000003),
                (2.0, 0.3333333333333333),
            ],
        ),
        (
            "P4",
            |x| x.legendre_polynomial_p(4.0),
            &[
                (-0.9, 0.20793750000000014),
                (0.3, 0.07293750000000002),
                (2.0, 55.375),
            ],
        ),
    ];
    for (name, f, points) in cases {
        for (x, want) in *points {
            close(&format!("{name}({x})"), value(f(&number(*x))), *want, 1e-12);
        }
    }
}

#[test]
fn functions_of_two_numbers_have_their_digits() -> Result<()> {
    for (a, x, want) in [
        (0.01, 0.5, 0.9943732438060329),
        (0.5, 1.05, 0.8527008613773239),
        (3.0, 2.0, 0.32332358381693654),
        (3.0, 16.0, 0.9999836823996657),
        (17.0, 19.0, 0.7079660536732857),
        (80.0, 75.0, 0.29679860036785716),
        (900.0, 930.0, 0.8413885189405689),
        (1000000.0, 999000.0, 0.15865521357430365),
        (1000000.0, 1000500.0, 0.6915504757714972),
    ] {
        let (a, x): (f64, f64) = (a, x);
        close(
            &format!("igamma({a}, {x})"),
            value(number(a).igamma(number(x))),
            want,
            1e-11,
        );
        close(
            &format!("igammac({a}, {x})"),
            value(number(a).igammac(number(x))),
            1.0 - want,
            1e-9,
        );
    }
    for (s, q, want) in [
        (1.01, 0.5, 101.97709317748227),
        (2.0, 1.0, 1.6449340668482264),
        (7.3, 100.0, 4.114243509146784e-14),
        (40.0, 7.0, 1.5782381555556326e-34),
        (1.5, 1000000.0, 0.002000000500000125),
    ] {
        let (s, q): (f64, f64) = (s, q);
        close(
            &format!("zeta({s}, {q})"),
            value(number(s).zeta(number(q))),
            want,
            1e-12,
        );
    }
    Ok(())
}

#[test]
fn edges_are_as_in_pytorch() {
    let inf = f64::INFINITY;
    let cases: &[Case] = &[
        (
            "digamma",
            |x| x.digamma(),
            &[(0.0, -inf), (-0.0, inf), (-2.0, f64::NAN), (inf, inf)],
        ),
        (
            "lgamma",
            |x| x.lgamma(),
            &[(0.0, inf), (-3.0, inf), (inf, inf), (1.0, 0.0)],
        ),
        ("polygamma", |x| x.polygamma(1.0), &[(0.0, inf)]),
        (
            "erfinv",
            |x| x.erfinv(),
            &[(1.0, inf), (-1.0, -inf), (1.5, f64::NAN), (0.0, 0.0)],
        ),
        (
            "ndtri",
            |x| x.ndtri(),
            &[(0.0, -inf), (1.0, inf), (-0.1, f64::NAN)],
        ),
        (
            "entr",
            |x| x.entr(),
            &[(0.0, 0.0), (-1.0, -inf), (f64::NAN, f64::NAN)],
        ),
        ("i0", |x| x.i0(), &[(inf, inf), (0.0, 1.0)]),
        ("i1e", |x| x.i1e(), &[(0.0, 0.0)]),
        (
            "k0",
            |x| x.modified_bessel_k0(),
            &[(0.0, inf), (-1.0, f64::NAN), (inf, 0.0)],
        ),
        ("sinc", |x| x.sinc(), &[(0.0, 1.0)]),
        ("log_ndtr", |x| x.log_ndtr(), &[(-1e10, -5e19), (inf, 0.0)]),
        // No degree and no argument takes long.
        (
            "legendre",
            |x| number(0.5).legendre_polynomial_p(x),
            &[(-1.0, 0.0), (1e18, f64::NAN)],
        ),
        (
            "chebyshev",
            |x| number(1.0).chebyshev_polynomial_t(x),
            &[(1e18, 1.0), (3.7, 1.0)],
        ),
        ("trigamma", |x| x.polygamma(1e18), &[(f64::NAN, f64::NAN)]),
    ];
    for (name, f, points) in cases {
        for (x, want) in *points {
            close(&format!("{name}({x})"), value(f(&number(*x))), *want, 1e-12);
        }
    }
    for x in [-1e300, -1e18, 1e18, 1e300] {
        let x = number(x);
        for t in [
            x.digamma(),
            x.polygamma(3.0),
            x.zeta(2.5),
            x.igamma(1e18),
            x.airy_ai(),
            x.i0e(),
        ] {
            let _ = value(t);
        }
    }
}

#[test]
fn gradients_are_slopes_to_the_second_order() -> Result<()> {
    let positive = Tensor::from_vec(vec![0.3, 0.9, 1.7, 3.4], 4)?;
    let unit = Tensor::from_vec(vec![0.15, 0.4, 0.75, 0.9], 4)?;
    let tolerance = Tolerance::default();
    let on_positive: &[Function] = &[
        |x| x.lgamma(),
        |x| x.polygamma(2.0),
        |x| x.mvlgamma(1),
        |x| number(2.5).igamma(x),
        |x| number(3.0).zeta(x),
        |x| x.erfcx(),
        |x| x.log_ndtr(),
        |x| x.i1e(),
        |x| x.bessel_y1(),
        |x| x.scaled_modified_bessel_k1(),
        |x| x.spherical_bessel_j0(),
        |x| x.hermite_polynomial_h(4.0),
        |x| x.logaddexp2(0.5),
        |x| x.ldexp(3.0),
        |x| x.fmax(1.0),
        |x| x.float_power(1.5),
    ];
    for f in on_positive {
        gradcheck(|x| f(&x[0]), &[&positive], tolerance)?;
        gradgradcheck(|x| f(&x[0]), &[&positive], tolerance)?;
    }
    let on_unit: &[Function] = &[|x| x.erfinv(), |x| x.ndtri(), |x| x.entr(), |x| x.sinc()];
    for f in on_unit {
        gradcheck(|x| f(&x[0]), &[&unit], tolerance)?;
        gradgradcheck(|x| f(&x[0]), &[&unit], tolerance)?;
    }
    let at_zero = number(0.0).requires_grad()?;
    for f in [|x: &Tensor| x.i1(), |x: &Tensor| x.bessel_j1()] {
        at_zero.zero_grad();
        f(&at_zero)?.backward()?;
        assert_eq!(at_zero.grad().expect("a gradient").item::<f64>()?, 0.5);
    }
    Ok(())
}

#[test]
fn inputs_without_a_derivative_are_refused_before_anything_changes() -> Result<()> {
    let a = Tensor::from_vec(vec![0.5, 2.0], 2)?.requires_grad()?;
    let x = Tensor::from_vec(vec![1.0, 2.0], 2)?;
    assert_eq!(a.igamma(&x).unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(a.airy_ai().unwrap_err().kind(), ErrorKind::Unsupported);
    let y = a.mul(1.0)?;
    assert_eq!(y.airy_ai_().unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(y.to_vec::<f64>()?, [0.5, 2.0]);
    Ok(())
}

#[test]
fn single_precision_gradients_are_rounded_double_ones() -> Result<()> {
    let grads = |dtype: DType| -> Result<Vec<f64>> {
        let x = Tensor::from_vec(vec![1e-4, 0.01, 0.3], 3)?
            .to_dtype(dtype)?
            .detach()
            .requires_grad()?;
        x.sinc()?.sum()?.backward()?;
        x.grad().expect("a gradient").to_dtype(DType::F64)?.to_vec()
    };
    for (a, b) in grads(DType::F32)?.iter().zip(grads(DType::F64)?) {
        close("sinc'", *a, b, 1e-6);
    }
    Ok(())
}

#[test]
fn integers_have_divisors_and_multiples() -> Result<()> {
    let (a, b) = (
        Tensor::new([12i64, -18, 0, 7])?,
        Tensor::new([18i64, 12, 0, 0])?,
    );
    assert_eq!(a.gcd(&b)?.to_vec::<i64>()?, [6, 6, 0, 7]);
    assert_eq!(a.lcm(&b)?.to_vec::<i64>()?, [36, 36, 0, 0]);
    assert!(Tensor::new([1.0f32])?.gcd(&b).is_err());
    Ok(())
}

#[test]
fn numbers_fall_into_mantissa_and_exponent() -> Result<()> {
    let x = Tensor::new([0.0f64, -3.0, 1e-310, 1e300, f64::INFINITY])?;
    let (m, e) = x.frexp()?;
    assert_eq!(e.dtype(), DType::I32);
    let back: Vec<f64> = m
        .to_vec::<f64>()?
        .iter()
        .zip(e.to_vec::<i32>()?)
        .map(|(m, e)| libm::ldexp(*m, e))
        .collect();
    assert_eq!(back, x.to_vec::<f64>()?);
    Ok(())
}

#[test]
fn neighbours_are_the_next_numbers() -> Result<()> {
    let x = Tensor::new([1.0f32, 0.0, -1.0, 2.0])?;
    let y = x
        .nextafter(Tensor::new([2.0f32, -1.0, 0.0, 2.0])?)?
        .to_vec::<f32>()?;
    assert_eq!(
        y,
        [
            1.0f32.next_up(),
            -f32::from_bits(1),
            (-1.0f32).next_up(),
            2.0
        ]
    );
    Ok(())
}

#[test]
fn decimals_are_kept() -> Result<()> {
    let x = Tensor::new([1234.5678f64, -0.05])?;
    assert_eq!(x.round_to(2)?.to_vec::<f64>()?, [1234.57, -0.05]);
    assert_eq!(x.round_to(-2)?.to_vec::<f64>()?, [1200.0, -0.0]);
    Ok(())
}
