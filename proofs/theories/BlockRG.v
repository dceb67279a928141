(* Block-spin renormalization with p(chi'|chi) a product over blocks.  Blocks   *)
(* may differ from one another; K1 is any function of the whole configuration.  *)
(* Main: block_weight_split (26,28), block_Z0_product (29), block_bayes (30),   *)
(* block_p0_product, block_weight_mean (31), block_hamiltonian (32),            *)
(* block_weight_total, block_marginal (25), block_full_marginal_iff,            *)
(* block_Zb_product.                                                            *)
From mathcomp Require Import all_ssreflect all_algebra ring.
From Blockspin Require Import Definitions Exponential.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Blocks.
Variables (R : realFieldType) (e : exponential R) (J B C : finType).
Variables (Kb : J -> B -> R) (q : J -> C -> B -> R) (K1 : {ffun J -> B} -> R).
Implicit Types (x : {ffun J -> B}).

(* (26) to (28) *)
Theorem block_weight_split (x' : {ffun J -> C}) :
  blk_weight e Kb q K1 x'
  = \sum_(x : {ffun J -> B}) e (K1 x) * \prod_j (q j (x' j) (x j) * e (Kb j (x j))).
Proof.
apply: eq_bigr => x _; rewrite big_split /= expoD /blk_K0 expo_sum /blk_kernel.
by rewrite [RHS]mulrC mulrA.
Qed.

(* (29): needs no translation invariance. *)
Theorem block_Z0_product : blk_Z0 e Kb = \prod_j blk_Zb e Kb j.
Proof.
rewrite /blk_Zb bigA_distr_bigA; apply: eq_bigr => x _.
by rewrite /blk_K0 expo_sum.
Qed.

Theorem block_Z0_power Zb : (forall j, blk_Zb e Kb j = Zb) -> blk_Z0 e Kb = Zb ^+ #|J|.
Proof.
by move=> ZbE; rewrite block_Z0_product (eq_bigr _ (fun j _ => ZbE j)) prodr_const.
Qed.

Lemma Zb_gt0 j : B -> 0 < blk_Zb e Kb j.
Proof. by move=> b0; apply: sum_gt0 => // b; apply: expo_gt0. Qed.

Lemma Zb_pH j b : blk_Zb e Kb j * blk_pH e Kb j b = e (Kb j b).
Proof. by rewrite mulrC divfK // gt_eqF // (Zb_gt0 j b). Qed.

Theorem block_pH_distribution j : B -> distribution (blk_pH e Kb j).
Proof.
move=> b0; have Z0 := Zb_gt0 j b0; split=> [b|].
  by rewrite divr_ge0 ?expo_ge0 ?ltW.
by rewrite -mulr_suml divff // gt_eqF.
Qed.

Hypothesis q_ge0 : forall j c b, 0 <= q j c b.

Lemma pV0 j c b : blk_pV e Kb q j c = 0 -> q j c b * blk_pH e Kb j b = 0.
Proof.
have pos k : true -> 0 <= q j c k * blk_pH e Kb j k.
  by rewrite mulr_ge0 // divr_ge0 ?expo_ge0 // ltW // (Zb_gt0 j k).
by move/(psumr_eq0P pos); apply.
Qed.

(* (30) *)
Theorem block_bayes j b c :
  q j c b * (1 / blk_Zb e Kb j * e (Kb j b)) = q j c b * blk_pH e Kb j b
  /\ q j c b * blk_pH e Kb j b = blk_pHV e Kb q j b c * blk_pV e Kb q j c.
Proof.
split; first by rewrite mul1r [_^-1 * _]mulrC.
have [v0|v0] := eqVneq (blk_pV e Kb q j c) 0; last by rewrite divfK.
by rewrite v0 mulr0 pV0.
Qed.

(* p(chi') in (31) is the image of the block measure e^{K0}/Z0, and a product. *)
Theorem block_p0_product (x' : {ffun J -> C}) : B ->
  \sum_(x : {ffun J -> B}) blk_kernel q x' x * (e (blk_K0 Kb x) / blk_Z0 e Kb)
  = blk_p0 e Kb q x'.
Proof.
move=> b0; rewrite /blk_p0 /blk_pV bigA_distr_bigA; apply: eq_bigr => x _.
rewrite big_split /=; congr (_ * _).
by rewrite block_Z0_product /blk_K0 expo_sum -prodf_div.
Qed.

(* (31) *)
Theorem block_weight_mean (x' : {ffun J -> C}) :
  blk_weight e Kb q K1 x'
  = blk_Z0 e Kb * blk_p0 e Kb q x' * blk_mean0 e Kb q (fun x => e (K1 x)) x'.
Proof.
rewrite block_weight_split /blk_mean0 mulr_sumr; apply: eq_bigr => x _.
rewrite mulrA [LHS]mulrC; congr (_ * _).
rewrite block_Z0_product -!big_split /=; apply: eq_bigr => j _.
have [_ bayes] := block_bayes j (x j) (x' j).
by rewrite -mulrA [blk_pV _ _ _ _ _ * _]mulrC -bayes -(Zb_pH j) mulrCA.
Qed.

Hypothesis pV_gt0 : forall j c, 0 < blk_pV e Kb q j c.

Lemma p0_gt0 (x' : {ffun J -> C}) : 0 < blk_p0 e Kb q x'.
Proof. by apply: prodr_gt0 => j _. Qed.

(* p(chi|chi') is a distribution, so the mean in (31) is a mean. *)
Theorem block_cond0_distribution (x' : {ffun J -> C}) :
  distribution (fun x => blk_cond0 e Kb q x x').
Proof.
split=> [x|].
  apply: prodr_ge0 => j _; apply: divr_ge0; last exact: ltW.
  apply: mulr_ge0 => //; apply: divr_ge0; first exact: expo_ge0.
  exact/ltW/(Zb_gt0 j (x j)).
rewrite /blk_cond0 -(bigA_distr_bigA (fun j b => blk_pHV e Kb q j b (x' j))) big1 // => j _.
by rewrite /blk_pHV -mulr_suml -/(blk_pV e Kb q j (x' j)) divff // gt_eqF.
Qed.

(* (32) *)
Theorem block_hamiltonian (x' : {ffun J -> C}) : B ->
  blk_K' e Kb q K1 x'
  = ln e (blk_Z0 e Kb) + ln e (blk_p0 e Kb q x')
    + ln e (blk_mean0 e Kb q (fun x => e (K1 x)) x').
Proof.
move=> b0; rewrite /blk_K' block_weight_mean.
have Z0 : 0 < blk_Z0 e Kb.
  by apply: sum_gt0 => [|x]; [exact: [ffun=> b0] | exact: expo_gt0].
have [c0 c1] := block_cond0_distribution x'.
have m0 : 0 < blk_mean0 e Kb q (fun x => e (K1 x)) x'.
  rewrite lt_def; apply/andP; split; last first.
    by apply: sumr_ge0 => x _; rewrite mulr_ge0 ?expo_ge0.
  apply/eqP => z; have pos x : true -> 0 <= blk_cond0 e Kb q x x' * e (K1 x).
    by move=> _; rewrite mulr_ge0 ?expo_ge0.
  have := c1; rewrite big1 => [/eqP|x _]; first by rewrite eq_sym oner_eq0.
  have /eqP : blk_cond0 e Kb q x x' * e (K1 x) = 0 by exact: (psumr_eq0P pos z).
  by rewrite mulf_eq0 (negbTE (expo_neq0 e _)) orbF => /eqP.
by rewrite !lnM ?mulr_gt0 ?p0_gt0.
Qed.
End Blocks.

Section Normalisation.
Variables (R : realFieldType) (e : exponential R) (J B C : finType).
Variables (Kb : J -> B -> R) (q : J -> C -> B -> R) (K1 : {ffun J -> B} -> R).

Lemma kernel_total (x : {ffun J -> B}) : (forall j b, \sum_c q j c b = 1) ->
  \sum_(x' : {ffun J -> C}) blk_kernel q x' x = 1.
Proof.
move=> q1; rewrite /blk_kernel -(bigA_distr_bigA (fun j c => q j c (x j))).
by rewrite big1.
Qed.

(* The partition function is kept: here, and only here, p(.|chi) must sum to 1. *)
Theorem block_weight_total : (forall j b, \sum_c q j c b = 1) ->
  \sum_(x' : {ffun J -> C}) blk_weight e Kb q K1 x' = blk_Z e Kb K1.
Proof.
move=> q1; rewrite exchange_big; apply: eq_bigr => x _.
by rewrite -mulr_suml kernel_total ?mul1r.
Qed.

(* (25), (26): p(chi') = e^{K'}/Z with the same Z. *)
Theorem block_marginal (x' : {ffun J -> C}) :
  blk_p e Kb q K1 x' = blk_weight e Kb q K1 x' / blk_Z e Kb K1.
Proof. by rewrite /blk_p mulr_suml; apply: eq_bigr => x _; rewrite mulrA. Qed.

(* With the full marginal p(chi') of (25) in its place, (31) holds exactly      *)
(* where Z = Z0 <e^{K1}>.                                                       *)
Theorem block_full_marginal_iff (x' : {ffun J -> C}) : B ->
  blk_weight e Kb q K1 x' != 0 ->
  blk_weight e Kb q K1 x'
    = blk_Z0 e Kb * blk_p e Kb q K1 x' * blk_mean0 e Kb q (fun x => e (K1 x)) x'
  <-> blk_Z e Kb K1 = blk_Z0 e Kb * blk_mean0 e Kb q (fun x => e (K1 x)) x'.
Proof.
move=> b0 w0; rewrite block_marginal.
have Z0 : blk_Z e Kb K1 != 0.
  by rewrite gt_eqF //; apply: sum_gt0 => [|x]; [exact: [ffun=> b0] | exact: expo_gt0].
set M := blk_mean0 _ _ _ _ _; set w := blk_weight _ _ _ _ _ in w0 *.
set Z := blk_Z _ _ _ in Z0 *; set Y := blk_Z0 _ _.
have -> : Y * (w / Z) * M = w * (Y * M / Z) by field.
split=> [h|<-]; last by rewrite divff // mulr1.
have /(mulfI w0) : w * 1 = w * (Y * M / Z) by rewrite mulr1.
by move/(congr1 (fun t => t * Z)); rewrite mul1r divfK.
Qed.
End Normalisation.

(* Z_b = prod_i sum_{chi_i}: true when K_b is a sum over the sites of a block. *)
Theorem block_Zb_product (R : realFieldType) (e : exponential R) (S T : finType)
    (k : S -> T -> R) :
  \sum_(x : {ffun S -> T}) e (\sum_i k i (x i)) = \prod_i \sum_t e (k i t).
Proof. by rewrite bigA_distr_bigA; apply: eq_bigr => x _; rewrite expo_sum. Qed.
