(* Readings of jefferson2019 (29) and (31) that fail.                           *)
From mathcomp Require Import all_ssreflect all_algebra ring.
From Blockspin Require Import Definitions Exponential BlockRG.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Fails.
Variables (R : realFieldType) (e : exponential R).

(* p(chi') of (31) cannot be the marginal (25) of the full measure: one block   *)
(* of one spin, kept as it is, with K1 = ln 2 on one of its states.             *)
Theorem block_full_marginal_fails :
  exists (q : unit -> bool -> bool -> R) (K1 : {ffun unit -> bool} -> R) x',
    stochastic (q tt) /\
    blk_weight e (fun _ _ => 0) q K1 x'
    <> blk_Z0 e (fun (_ : unit) (_ : bool) => 0) * blk_p e (fun _ _ => 0) q K1 x'
       * blk_mean0 e (fun _ _ => 0) q (fun x => e (K1 x)) x'.
Proof.
pose q (_ : unit) (c b : bool) : R := (c == b)%:R.
pose K1 (x : {ffun unit -> bool}) : R := if x tt then ln e 2%:R else 0.
have q0 j c b : 0 <= q j c b by rewrite ler0n.
have q1 j b : \sum_c q j c b = 1 by rewrite sum_bool /q; case: b; rewrite ?addr0 ?add0r.
have big_unit (f : {ffun unit -> bool} -> R) : \sum_x f x = f [ffun=> true] + f [ffun=> false].
  rewrite (bigD1 [ffun=> true]) //= (bigD1 [ffun=> false]) /=; last first.
    by apply/eqP => /ffunP /(_ tt); rewrite !ffunE.
  rewrite big1 ?addr0 // => x /andP [/eqP nt /eqP nf]; exfalso.
  case b: (x tt); [case: nt | case: nf]; apply/ffunP => -[]; by rewrite ffunE b.
have prodU (f : unit -> R) : \prod_j f j = f tt.
  by rewrite (bigD1 tt) //= big1 ?mulr1 // => -[].
pose tr : {ffun unit -> bool} := [ffun=> true].
exists q, K1, tr; split; first by split=> [c b|b]; [exact: q0 | exact: q1].
have Kt : e (K1 tr) = 2%:R by rewrite /K1 ffunE lnK ?two_gt0.
have Kf : e (K1 [ffun=> false]) = 1 by rewrite /K1 ffunE expo0.
have K0 x : blk_K0 (fun (_ : unit) (_ : bool) => 0 : R) x = 0 by rewrite /blk_K0 big1.
have wE : blk_weight e (fun _ _ => 0) q K1 tr = 2%:R.
  rewrite /blk_weight big_unit !K0 !add0r Kt Kf /blk_kernel /q.
  by rewrite !prodU !ffunE /= mul1r mul0r addr0.
have ZE : blk_Z e (fun (_ : unit) (_ : bool) => 0) K1 = 3%:R.
  by rewrite /blk_Z big_unit !K0 !add0r Kt Kf; ring.
have Z0E : blk_Z0 e (fun (_ : unit) (_ : bool) => 0) = 2%:R.
  by rewrite /blk_Z0 big_unit !K0 expo0.
have w0 : blk_weight e (fun _ _ => 0) q K1 tr != 0 by rewrite wE two_neq0.
move/(block_full_marginal_iff true w0).
have := block_weight_mean e (fun _ _ => 0) K1 q0 tr.
rewrite wE ZE Z0E.
have -> : blk_p0 e (fun (_ : unit) (_ : bool) => 0) q tr = 1 / 2%:R.
  rewrite /blk_p0 prodU /blk_pV sum_bool /q !ffunE /= mul1r mul0r addr0 /blk_pH /blk_Zb sum_bool expo0.
  by rewrite ?(mulr0, addr0, mul0r, mul1r).
set M := blk_mean0 _ _ _ _ _ => mE h.
have : M = 2%:R by rewrite mE; field.
move=> M2; move: h; rewrite M2 => /eqP.
by rewrite -subr_eq0 (_ : _ - _ = - 1) ?oppr_eq0 ?oner_eq0 //; ring.
Qed.

(* Z_b as a product of one-site sums: a block of two spins with one bond K has  *)
(* no one-site terms, and Z_b = 4 ch K, not 2 * 2.                              *)
Theorem block_Zb_product_fails (K : R) : K != 0 ->
  \sum_s \sum_t e (K * spin R s * spin R t)
  <> (\sum_(s : bool) e 0) * (\sum_(t : bool) e 0).
Proof.
move=> K0; rewrite !sum_bool /= !(mulr1, mulrN1, opprK) expo0 => h.
have := ch_gt1 e K0; rewrite lt_neqAle => /andP [/eqP n1 _]; apply: n1.
have -> : ch e K = (e K + e (- K) + (e (- K) + e K)) / 4%:R by rewrite /ch; field.
by rewrite h; field.
Qed.
End Fails.
