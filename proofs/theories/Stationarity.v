(* Markov kernels on a finite state space keep the law they are built for.      *)
(* Main: balance_stationary, stationary_compose, balance_mixture,               *)
(* metropolis_balance, metropolis_kernel, heat_bath_balance, heat_bath_kernel,  *)
(* gibbs_sweep_stationary, gibbs_visible_balance.                               *)
From mathcomp Require Import all_ssreflect all_algebra ring.
From Blockspin Require Import Definitions Exponential.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Markov.
Variables (R : realFieldType) (X : finType).
Implicit Types (p : X -> R) (P Q : X -> X -> R).

Theorem balance_stationary p P : (forall x, \sum_y P x y = 1) ->
  detailed_balance p P -> stationary p P.
Proof.
move=> P1 db y; rewrite (eq_bigr _ (fun x _ => db x y)) -mulr_sumr P1.
by rewrite mulr1.
Qed.

Theorem stationary_compose p P Q : stationary p P -> stationary p Q ->
  stationary p (compose P Q).
Proof.
move=> sP sQ z; rewrite -[RHS]sQ.
rewrite (eq_bigr (fun x => \sum_y p x * P x y * Q y z)); last first.
  by move=> x _; rewrite mulr_sumr; apply: eq_bigr => y _; rewrite mulrA.
rewrite exchange_big; apply: eq_bigr => y _.
by rewrite -mulr_suml sP.
Qed.

Theorem balance_mixture p (I : finType) (a : I -> R) (P : I -> X -> X -> R) :
  (forall i, detailed_balance p (P i)) ->
  detailed_balance p (fun x y => \sum_i a i * P i x y).
Proof.
move=> db x y; rewrite !mulr_sumr; apply: eq_bigr => i _.
by rewrite mulrCA (db i) mulrCA.
Qed.

Section Metropolis.
Variables (p : X -> R) (q : X -> X -> R).
Hypotheses (p_gt0 : forall x, 0 < p x) (q_sym : forall x y, q x y = q y x).

Lemma accept_balance x y : p x * accept p x y = p y * accept p y x.
Proof.
rewrite /accept; have px := p_gt0 x; have py := p_gt0 y.
have [le|lt] := lerP (p x) (p y).
  have -> : Num.min 1 (p y / p x) = 1 by rewrite min_l // ler_pdivl_mulr // mul1r.
  have -> : Num.min 1 (p x / p y) = p x / p y by rewrite min_r // ler_pdivr_mulr // mul1r.
  by rewrite mulr1 mulrCA divff ?mulr1 // gt_eqF.
have -> : Num.min 1 (p y / p x) = p y / p x.
  by rewrite min_r // ler_pdivr_mulr // mul1r ltW.
have -> : Num.min 1 (p x / p y) = 1 by rewrite min_l // ler_pdivl_mulr // mul1r ltW.
by rewrite mulr1 mulrCA divff ?mulr1 // gt_eqF.
Qed.

Theorem metropolis_balance : detailed_balance p (metropolis p q).
Proof.
move=> x y; rewrite /metropolis eq_sym; case: eqP => [->//|_].
by rewrite q_sym mulrCA accept_balance mulrCA.
Qed.

Hypotheses (q_ge0 : forall x y, 0 <= q x y) (q_sum : forall x, \sum_y q x y = 1).

Lemma accept_bounds x y : 0 <= accept p x y /\ accept p x y <= 1.
Proof.
rewrite /accept; split; last by rewrite le_minl lexx.
by rewrite le_minr ler01 divr_ge0 ?ltW.
Qed.

Theorem metropolis_kernel : kernel (metropolis p q).
Proof.
split=> [x y|x].
  rewrite /metropolis; case: eqP => [_|_]; last first.
    by rewrite mulr_ge0 //; case: (accept_bounds x y).
  rewrite subr_ge0 -(q_sum x) [X in _ <= X](bigD1 x) //=.
  apply: (@le_trans _ _ (\sum_(z | z != x) q x z)); last by rewrite ler_addr.
  apply: ler_sum => z _; rewrite -[X in _ <= X]mulr1 ler_wpmul2l //.
  by case: (accept_bounds x z).
rewrite (bigD1 x) //= {1}/metropolis eqxx.
rewrite [X in _ + X](eq_bigr (fun z => q x z * accept p x z)); first by rewrite subrK.
by move=> z zx; rewrite /metropolis eq_sym (negbTE zx).
Qed.

Theorem metropolis_stationary : stationary p (metropolis p q).
Proof.
by apply: balance_stationary metropolis_balance; case: metropolis_kernel.
Qed.
End Metropolis.

Section HeatBath.
Variables (Y : eqType) (r : X -> Y) (p : X -> R).
Hypothesis p_gt0 : forall x, 0 < p x.

Lemma fiber_gt0 x : 0 < \sum_(z | r z == r x) p z.
Proof.
rewrite (bigD1 x) //= ltr_paddr ?p_gt0 // sumr_ge0 // => z _; exact: ltW.
Qed.

(* Single-site heat bath: r forgets one spin.  Block heat bath: r forgets a     *)
(* block.                                                                       *)
Theorem heat_bath_balance : detailed_balance p (heat_bath r p).
Proof.
move=> x y; rewrite /heat_bath eq_sym; case: eqP => [->|_]; last by rewrite !mulr0.
by rewrite mulrCA.
Qed.

Theorem heat_bath_kernel : kernel (heat_bath r p).
Proof.
split=> [x y|x].
  by rewrite /heat_bath; case: eqP => // _; rewrite divr_ge0 ?ltW // fiber_gt0.
rewrite /heat_bath -big_mkcond /=.
rewrite (eq_bigl (fun y => r y == r x)) => [|y]; last by rewrite eq_sym.
by rewrite -mulr_suml divff // gt_eqF ?fiber_gt0.
Qed.

Theorem heat_bath_stationary : stationary p (heat_bath r p).
Proof.
by apply: balance_stationary heat_bath_balance; case: heat_bath_kernel.
Qed.
End HeatBath.
End Markov.

Section BlockGibbs.
Variables (R : realFieldType) (V H : finType) (w : V -> H -> R).
Hypothesis w_gt0 : forall v h, 0 < w v h.

Let pj (x : V * H) : R := probVH w x.1 x.2.

Lemma gibbs_margV_gt0 v : H -> 0 < margV w v.
Proof. by move=> h0; apply: sum_gt0. Qed.

Lemma gibbs_margH_gt0 h : V -> 0 < margH w h.
Proof. by move=> v0; apply: sum_gt0. Qed.

Theorem gibbs_h_balance : detailed_balance (fun x => probVH w x.1 x.2) (gibbs_h w).
Proof.
move=> [v h] [v' h']; rewrite /gibbs_h /= eq_sym; case: eqP => [->|_]; last by rewrite !mul0r !mulr0.
by rewrite !mul1r /probVH /condH; ring.
Qed.

Theorem gibbs_v_balance : detailed_balance (fun x => probVH w x.1 x.2) (gibbs_v w).
Proof.
move=> [v h] [v' h']; rewrite /gibbs_v /= eq_sym; case: eqP => [->|_]; last by rewrite !mul0r !mulr0.
by rewrite !mul1r /probVH /condV; ring.
Qed.

Lemma gibbs_h_sum x : \sum_y gibbs_h w x y = 1.
Proof.
case: x => v h.
rewrite -(pair_bigA _ (fun v' h' => gibbs_h w (v, h) (v', h'))) /= (bigD1 v) //=.
rewrite [X in _ + X]big1 ?addr0 => [|v' nv]; last first.
  by rewrite big1 // => h' _; rewrite /gibbs_h /= eq_sym (negbTE nv) mul0r.
rewrite (eq_bigr (fun h' => condH w h' v)) => [|h' _]; last by rewrite /gibbs_h eqxx mul1r.
by rewrite -mulr_suml divff // gt_eqF // (gibbs_margV_gt0 v h).
Qed.

Lemma gibbs_v_sum x : \sum_y gibbs_v w x y = 1.
Proof.
case: x => v h.
rewrite -(pair_bigA _ (fun v' h' => gibbs_v w (v, h) (v', h'))) exchange_big /= (bigD1 h) //=.
rewrite [X in _ + X]big1 ?addr0 => [|h' nh]; last first.
  by rewrite big1 // => v' _; rewrite /gibbs_v /= eq_sym (negbTE nh) mul0r.
rewrite (eq_bigr (fun v' => condV w v' h)) => [|v' _]; last by rewrite /gibbs_v eqxx mul1r.
by rewrite -mulr_suml divff // gt_eqF // (gibbs_margH_gt0 h v).
Qed.

(* A sweep keeps the joint law; it need not be in detailed balance. *)
Theorem gibbs_sweep_stationary : stationary (fun x => probVH w x.1 x.2) (gibbs_sweep w).
Proof.
apply: stationary_compose; apply: balance_stationary.
- exact: gibbs_h_sum.
- exact: gibbs_h_balance.
- exact: gibbs_v_sum.
- exact: gibbs_v_balance.
Qed.

(* The chain v -> h -> v' is in detailed balance with p(v). *)
Theorem gibbs_visible_balance : detailed_balance (probV w) (gibbs_visible w).
Proof.
move=> v v'; rewrite /gibbs_visible !mulr_sumr; apply: eq_bigr => h _.
have mv := gibbs_margV_gt0 v h; have mv' := gibbs_margV_gt0 v' h.
have mh := gibbs_margH_gt0 h v.
have Z0 : 0 < Zsum w by apply: sum_gt0 => // u; apply: gibbs_margV_gt0.
by rewrite /probV /condH /condV; field; rewrite !gt_eqF.
Qed.

Theorem gibbs_visible_stationary : H -> stationary (probV w) (gibbs_visible w).
Proof.
move=> h0; apply: balance_stationary gibbs_visible_balance => v.
rewrite exchange_big /= (eq_bigr (fun h => condH w h v)) => [|h _].
  by rewrite -mulr_suml divff // gt_eqF // gibbs_margV_gt0.
by rewrite -mulr_sumr -mulr_suml divff ?mulr1 // gt_eqF // gibbs_margH_gt0.
Qed.
End BlockGibbs.
