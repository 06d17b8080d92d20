//! Random programs: calls of the built-in functions with arguments of all kinds, and their examples
//! with parts changed.

use bolt_base::Rng;
use bolt_lyra::{BuiltIn, Session};
use bolt_lyra_syntax::{Expr, ExprKind, parse, parse_expression};

/// What is applied to nothing.
const ATOMS: &str = "
    0 1 2 3 -1 -7 10 64 100 1000 10^12 2^63 -2^63 2^64+1 9223372036854775807 10^40 1/2 -3/7
    (10^30+1)/(10^30-1) 0. -0. 0.5 1.5 -2.25 1.*^300 1.*^-320 1.*^308*10 1.5`5 2.`50 0``20 1/3`20
    I 2-I 1.5+2.I 1/2+I/3 Infinity -Infinity ComplexInfinity Indeterminate I*Infinity
    x y z a b f g x[1] f[x] f'[x] Pi E Degree GoldenRatio
    True False Null None All Automatic Missing[\"a\"] $Failed List Plus Times Integer Real String Symbol
    \"\" \"a\" \"abc\" \"ab\\ncd\" \"αβ\u{1F600}\" \"12\" \"x+1\" \"A,B\\n1,2\" \"2020-01-02\" \"[\" \"(a|b)*\"
    {} {1} {1,2,3} {3,1,2,1} {a,b,c} {{1,2},{3,4}} {{1,2},{3}} {{}} {1.,2.} {{1.,0.5},{0.25,2.}} {x,1,\"a\"}
    {{a,b},{c,d}} {{1,2,3},{4,5,6},{7,8,10}} Range[10] Range[0.,1.,0.25] {True,False} {\"a\",\"b\",\"a\"}
    <||> <|a->1|> <|\"a\"->1,\"b\"->{2}|> <|1->x,2->y|> {a->1,b->2} {<|\"k\"->1|>,<|\"k\"->2|>}
    x->1 x:>y x_->x+1 {x->1,y->2} \"a\"->\"b\" x_Integer:>x^2
    _ __ ___ x_ x__ x___ _Integer x_Integer _?EvenQ x_/;x>1 a|b x:{_,_} x_:0 Except[0] 1.. (a|1)... \"a\"~~_
    #& #+1& #1+#2& #^2& Sin Plus[#,1]& Function[x,x+1] Function[{x,y},x*y] EvenQ Length If[#>2,a,b]& {#,#2}& ##& Identity
    x^2 1+x x^2-1 x^2+2x+1 x y+1 Sin[x] Exp[x] Log[x] Sqrt[x] 1/x x/(x+1) a+b (a+b)^3 x^2+y^2 Sqrt[2] 2^(1/3) Sin[1]
    x>1 x==1 x^2==1 x>1&&y<2 x==y||a Not[a] a&&b x!=2 1<x<3 Element[x,Reals] x+y==2
    {x,0,1} {x,1,5} {x,0} {x,y} {x,2} {x} {x,{1,2}} {x,0,Infinity} {i,3} {i,1,5,2} {x,-1,1} {1,2} {-1} {1,-1} {2,Infinity}
    1;;2 1;;-1;;2 ;; Hold[x+1] HoldForm[1+1] Unevaluated[1+1] Sequence[] Sequence[1,2] Hold[]
    Nest[f,x,3000] Nest[List,1,3000] Nest[1/(1+#)&,x,40] Fold[f,x,Range[2000]] Table[x^i,{i,30}] Table[{i,i^2},{i,20}]
    SparseArray[{{1,1}->2},{3,3}] Interval[{1,2}] DateObject[{2020,1,2}] ByteArray[{1,2}] Graph[{1->2}] Quantity[1,\"Meters\"]
    SeriesData[x,0,{1,2},0,2,1] Root[#^3-#-1&,1] Method->x Modulus->7 Heads->True Infinity->1 Overscript f[] f[][] f[1,2]
    NormalDistribution[0,1] PoissonDistribution[3] Dispatch[{a->1}] RGBColor[1,0,0] Polygon[{{0,0},{1,0},{0,1}}]
";

/// Changes of a program.
const CHANGES_MAX: u64 = 3;
/// How deep calls are inside calls.
const DEPTH: u32 = 3;

/// Random programs over some functions.
pub(crate) struct Programs {
    names: Vec<&'static str>,
    atoms: Vec<Expr>,
    examples: Vec<Expr>,
}

impl Programs {
    /// Returns programs that call these functions, all if none is given.
    ///
    /// # Errors
    /// If there is no such function.
    pub(crate) fn new(wanted: &[String]) -> Result<Self, String> {
        let is_wanted =
            |builtin: &BuiltIn| wanted.is_empty() || wanted.iter().any(|name| name == builtin.name);
        let known: Vec<BuiltIn> = Session::built_in().filter(is_wanted).collect();
        if known.is_empty() {
            return Err(format!("there is no function `{}`", wanted.join("`, `")));
        }
        let examples =
            known.iter().flat_map(|builtin| builtin.examples).filter_map(|(input, _)| {
                let mut parsed = parse(input);
                match parsed.exprs.len() {
                    1 => parsed.exprs.pop(),
                    _ => Some(Expr::call("CompoundExpression", parsed.exprs)),
                }
            });
        let atoms = ATOMS
            .split_whitespace()
            .map(|text| parse_expression(text).unwrap_or_else(|error| panic!("{text}: {error:?}")));
        Ok(Self {
            names: known.iter().map(|builtin| builtin.name).collect(),
            atoms: atoms.collect(),
            examples: examples.collect(),
        })
    }

    /// Returns the program of a number.
    pub(crate) fn get(&self, seed: u64, number: u64) -> Expr {
        let mut rng = Rng::new(seed).fork(number);
        match rng.below(2) {
            0 if !self.examples.is_empty() => {
                let mut program = pick(&mut rng, &self.examples).clone();
                for _ in 0..=rng.below(CHANGES_MAX) {
                    self.change(&mut rng, &mut program);
                }
                program
            }
            _ => self.call(&mut rng, DEPTH),
        }
    }

    fn call(&self, rng: &mut Rng, depth: u32) -> Expr {
        let name = *pick(rng, &self.names);
        let count = [1, 1, 1, 2, 2, 2, 2, 3, 3, 0, 4][rng.below(11) as usize];
        let args = (0..count).map(|_| self.argument(rng, depth - 1)).collect();
        let call = Expr::call(name, args);
        match rng.below(20) {
            0 => {
                let args = vec![self.argument(rng, depth - 1)];
                Expr::new(ExprKind::Call { head: Box::new(call), args })
            }
            _ => call,
        }
    }

    fn argument(&self, rng: &mut Rng, depth: u32) -> Expr {
        let parts = |rng: &mut Rng| {
            let count = rng.below(4);
            (0..count).map(|_| self.argument(rng, depth - 1)).collect::<Vec<_>>()
        };
        match rng.below(10) {
            0 | 1 if depth > 0 => self.call(rng, depth),
            2 if depth > 0 => Expr::call("List", parts(rng)),
            3 if depth > 0 => {
                let head = *pick(
                    rng,
                    &[
                        "f",
                        "Plus",
                        "Times",
                        "Rule",
                        "Power",
                        "Hold",
                        "Alternatives",
                        "Association",
                        "Function",
                        "Equal",
                        "And",
                    ],
                );
                Expr::call(head, parts(rng))
            }
            _ => pick(rng, &self.atoms).clone(),
        }
    }

    /// Changes one part of a program.
    fn change(&self, rng: &mut Rng, program: &mut Expr) {
        let fresh = self.argument(rng, 2);
        let ExprKind::Call { head, args } = &mut program.kind else {
            *program = fresh;
            return;
        };
        let count = args.len() as u64;
        if count > 0 && rng.below(3) > 0 {
            let place = rng.below(count) as usize;
            return self.change(rng, &mut args[place]);
        }
        match rng.below(6) {
            0 if count > 0 => drop(args.remove(rng.below(count) as usize)),
            1 => args.insert(rng.below(count + 1) as usize, fresh),
            2 if count > 1 => args.swap(0, rng.below(count) as usize),
            3 => **head = Expr::symbol(pick::<&str>(rng, &self.names)),
            _ if count > 0 => args[rng.below(count) as usize] = fresh,
            _ => args.push(fresh),
        }
    }
}

/// Returns one of several.
pub(crate) fn pick<'a, T>(rng: &mut Rng, from: &'a [T]) -> &'a T {
    &from[rng.below(from.len() as u64) as usize]
}
